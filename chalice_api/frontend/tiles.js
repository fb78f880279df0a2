// Map tiles under the marks, where there are any.

import { make } from "./dom.js";

const TILE_PX = 256;

/**
 * Ask for a single tile first: without a way to the tile host the background stays plain, and the
 * console quiet. A host that fails later leaves holes, which its next tiles fill.
 */
export function layTiles(map, { tilesUrl, tilesAttribution }) {
  if (!tilesUrl) return;
  const tiles = globalThis.L.tileLayer(tilesUrl, { maxZoom: map.getMaxZoom() });
  const probe = new Image();
  probe.onload = () => {
    tiles.addTo(map);
    map.attributionControl.addAttribution(credit(tilesAttribution));
  };
  const ask = () => (probe.src = middleTile(map, tilesUrl));
  addEventListener("online", ask);
  ask();
}

function middleTile(map, tilesUrl) {
  const z = Math.round(map.getZoom());
  const { x, y } = map.project(map.getCenter(), z).divideBy(TILE_PX).floor();
  return globalThis.L.Util.template(tilesUrl, { s: "a", r: "", x, y, z });
}

function credit(attribution) {
  const link = /openstreetmap/i.test(attribution) ? "https://www.openstreetmap.org/copyright" : null;
  return make("a", { href: link }, attribution).outerHTML;
}
