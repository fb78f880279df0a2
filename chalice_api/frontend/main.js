// The page: puts the parts together around the map that folium made.

import { freshness } from "./clock.js";
import { announce, byId } from "./dom.js";
import { Feed } from "./feed.js";
import { CityMap } from "./citymap.js";
import { Finder } from "./finder.js";

const settings = document.body.dataset;
const timeZone = settings.timeZone;

const city = new CityMap({ map: globalThis.map_stations, layer: globalThis.geo_json_stations, settings });
const feed = new Feed({
  async onPicture(picture, changed, gone) {
    await city.show(picture, changed, gone);
    finder.refresh();
  },
  onBeat: showAge,
});
const finder = new Finder({ city, feed, blockM: Number(settings.blockM) });

// folium's layer gets its marks from here.
globalThis.bikeshare = { mark: (feature, latlng) => city.mark(feature, latlng) };

const ROOMY = "(min-width: 761px) and (min-height: 481px)";
let level = null;

function showAge(picture) {
  const judged = freshness(picture, picture.now(), timeZone);
  byId("freshness-word").textContent = judged.word;
  byId("freshness-detail").textContent = judged.detail;
  document.body.toggleAttribute("data-outdated", judged.outdated);
  if (judged.level === level) return;
  // Announced only when its level changes, not every second.
  if (level !== null) announce(`${judged.word} ${judged.detail}`);
  level = judged.level;
  byId("freshness").dataset.level = level;
  document.body.dataset.level = level;
}

byId("legend").open = matchMedia(ROOMY).matches;
finder.start();
await feed.start();
document.body.dataset.ready = "true";
