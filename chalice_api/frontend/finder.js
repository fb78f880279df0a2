// Looking for a place: the box, the address bar, the red circle, and the list that answers.

import { announce, button, byId, make } from "./dom.js";
import { NO_STATIONS, answerAround, answerInView } from "./answers.js";
import { canLocate, readPlace, whereAmI } from "./asking.js";
import { byDistance, far } from "./places.js";
import { rememberNeed, rememberedNeed } from "./remembered.js";
import { ResultList } from "./results.js";
import { NEEDS, nameOf, outlook } from "./station.js";
import { Suggestions } from "./suggestions.js";

const FAR_OFF_M = 20_000;
const MUCH_MORE = 4;
const USUAL_BLOCKS = 3;
const PATIENCE_MS = 400;
const SEARCHING = "Searching…";

export class Finder {
  constructor({ city, feed, blockM }) {
    Object.assign(this, { city, feed, blockM });
    this.form = byId("search");
    this.input = byId("q");
    this.ebike = byId("for-ebike");
    this.plainTitle = document.body.dataset.title;
    this.place = null;
    this.results = new ResultList({ blockM, onChoose: (id) => city.open(id) });
    this.suggestions = new Suggestions({
      input: this.input,
      list: byId("suggestions"),
      features: () => feed.stations.values(),
      onChoose: (feature) => this.goToStation(feature),
    });
  }

  /** What was typed, without control characters and surrounding spaces. */
  get text() {
    return this.input.value.replace(/\p{Cc}+/gu, " ").trim();
  }

  get need() {
    return this.form.elements.need.value;
  }

  get blocks() {
    return Number(this.form.elements.blocks.value);
  }

  get reachM() {
    return this.blocks * this.blockM;
  }

  start() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.suggestions.close();
      this.remember();
      this.search();
    });
    this.form.addEventListener("change", (event) => {
      if (event.target !== this.input) this.changed();
    });
    this.city.map.on("moveend", () => this.city.wasMadeRoom() || this.city.hasSheet || this.place || this.refresh());
    addEventListener("popstate", () => location.search === this.asIs || this.restore());
    this.offerNearMe();
    this.restore();
  }

  /** Restore need, reach and text from the address bar; the need also from the last visit. */
  restore() {
    this.asIs = location.search;
    const asked = new URLSearchParams(location.search);
    const need = [asked.get("need"), rememberedNeed()].find((word) => NEEDS.includes(word));
    this.chosen = need !== undefined;
    this.form.elements.need.value = need ?? "dock";
    if (asked.has("blocks")) this.form.elements.blocks.value = asked.get("blocks");
    if (!this.blocks) this.form.elements.blocks.value = USUAL_BLOCKS;
    this.input.value = asked.get("q") ?? "";
    this.city.setNeed(this.need);
    this.search();
  }

  /** Default to bikes if few docks are known, as with trips alone, so that there is something to show. */
  preferWhatIsKnown(features) {
    if (this.chosen) return;
    const known = (need) => {
      const states = features.map((feature) => outlook(feature.properties, need).state);
      return states.filter((state) => state !== "unknown").length;
    };
    const need = known("bike") > known("dock") * MUCH_MORE ? "bike" : "dock";
    if (need !== this.need) this.setNeed(need);
  }

  setNeed(need) {
    this.form.elements.need.value = need;
    this.city.setNeed(need);
  }

  /** Offer e-bikes as a choice if a feed counts them. */
  offerEbikes(features) {
    const { ebike } = this;
    if (!ebike.hidden) return;
    ebike.hidden = !features.some(({ properties }) => properties.num_ebikes_available > 0);
    if (ebike.hidden && this.need === "ebike") this.setNeed("bike");
  }

  changed() {
    this.chosen = true;
    rememberNeed(this.need);
    this.city.setNeed(this.need);
    this.remember({ replace: true });
    this.city.showPlace(this.place, this.reachM);
    this.refresh();
  }

  /** Put the search into the address bar, so that it can be shared and Back works. */
  remember({ replace = false } = {}) {
    const asked = new URLSearchParams();
    if (this.text) asked.set("q", this.text);
    asked.set("need", this.need);
    if (this.blocks !== USUAL_BLOCKS) asked.set("blocks", this.blocks);
    // A search replaces an open sheet; a change of need leaves it open.
    const inPlace = replace || history.state?.sheet || location.search === `?${asked}`;
    history[inPlace ? "replaceState" : "pushState"](replace ? history.state : null, "", `?${asked}`);
    this.asIs = location.search;
  }

  async search() {
    const { text } = this;
    this.say("");
    if (!text) {
      this.goTo(null);
      return;
    }
    const asked = (this.asked = Symbol(text));
    const waits = setTimeout(() => asked === this.asked && this.saySearching(), PATIENCE_MS);
    const found = await readPlace(text);
    clearTimeout(waits);
    if (asked !== this.asked) return;
    if (found.place) this.goTo(found.place);
    else {
      this.goTo(null);
      this.say(found.message, found.suggestions);
    }
  }

  /** Show that a search is under way, as a geocoding service may be slow. */
  saySearching() {
    this.results.note.textContent = SEARCHING;
    announce(SEARCHING);
  }

  goToStation(feature) {
    this.input.value = nameOf(feature.properties);
    this.remember();
    this.say("");
    const [lon, lat] = feature.geometry?.coordinates ?? [];
    if (lat === undefined) this.search();
    else this.goTo({ lat, lon, name: nameOf(feature.properties) });
  }

  goTo(place) {
    this.asked = null;
    this.place = place;
    document.title = place ? `Near ${place.name}: ${this.plainTitle}` : this.plainTitle;
    this.city.close();
    this.city.showPlace(place, this.reachM);
    if (place) this.city.found.lookAt([]);
    this.isNew = place !== null;
    this.refreshNow();
    if (place) announce(`${this.results.title.textContent}. ${this.results.note.textContent}`);
  }

  say(message, suggestions = []) {
    const box = byId("message");
    const choices = suggestions.map((text) => button({}, text, () => this.choose(text)));
    const close = button({ class: "close", "aria-label": "Close this message" }, "×", () => {
      this.say("");
      this.input.focus();
    });
    box.replaceChildren(close, make("p", {}, message), ...choices);
    box.hidden = !message;
  }

  choose(text) {
    this.input.value = text;
    this.remember();
    this.search();
  }

  /** Update the list and the dimming to the newest picture, once before the next frame. */
  refresh() {
    this.due ??= requestAnimationFrame(() => {
      this.due = null;
      this.refreshNow();
    });
  }

  refreshNow() {
    const features = [...this.feed.stations.values()];
    if (!features.length) {
      if (this.feed.receivedAt) this.results.show(NO_STATIONS, this.need);
      return;
    }
    this.offerEbikes(features);
    this.preferWhatIsKnown(features);
    if (this.place) this.showAround(features);
    else this.showView(features);
  }

  showView(features) {
    const { map } = this.city;
    const view = map.getBounds();
    const { lat, lng } = map.getCenter();
    const isInView = ({ geometry }) => geometry && view.contains([geometry.coordinates[1], geometry.coordinates[0]]);
    const answer = answerInView(features, { isInView, middle: { lat, lon: lng }, need: this.need });
    this.city.reach(null);
    this.results.show(answer, this.need);
    this.giveExample(answer.rows[0]?.feature);
  }

  showAround(features) {
    const { place, reachM, blocks, need } = this;
    const answer = answerAround(features, { place, reachM, blocks, need });
    this.city.reach(answer.reached);
    this.results.show(answer, need);
    if (this.isNew && answer.beyond.length) this.city.found.lookAt(answer.beyond);
    this.isNew = false;
  }

  /** Show an example that works here as the placeholder. */
  giveExample(feature) {
    if (!feature || this.hasExample) return;
    this.input.placeholder = `e.g. ${nameOf(feature.properties)}`;
    this.hasExample = true;
  }

  /** Offer to locate the rider, and only do so on a tap. */
  offerNearMe() {
    const button = byId("near-me");
    button.hidden = !canLocate();
    button.addEventListener("click", async () => {
      this.say("");
      button.setAttribute("aria-busy", "true");
      const { place, message } = await whereAmI();
      button.removeAttribute("aria-busy");
      if (place) this.goToRider(place);
      else this.say(message);
    });
  }

  goToRider(place) {
    const [nearest] = byDistance([...this.feed.stations.values()], place);
    if (nearest?.metres > FAR_OFF_M) {
      const { systemName } = document.body.dataset;
      this.say(`You are outside the area of ${systemName}: its nearest station is ${far(nearest.metres)} away. Search for a place there instead.`);
      return;
    }
    this.input.value = `${place.lat.toFixed(4)}, ${place.lon.toFixed(4)}`;
    this.remember();
    this.goTo(place);
  }
}
