// Looking for a place: the box, the address bar, the red circle, and the list that answers.

import { announce, byId } from "./dom.js";
import { byDistance } from "./places.js";
import { ResultList } from "./results.js";
import { NEEDS, nameOf, outlook } from "./station.js";
import { Suggestions } from "./suggestions.js";

const MOST_IN_VIEW = 25;
const NEXT_BEYOND = 3;
const REMEMBERED = "bikeshare.need";
const TIMEOUT_MS = 10_000;
const LONGEST_SEARCH = 200;
const MUCH_MORE = 4;
const NOT_KNOWN = {
  dock: "Open docks are not known here: no feed has said yet how many docks a station has.",
  bike: "Bikes are not known here: no feed has counted them yet, and the trips name no bikes.",
};
const NO_STATIONS = { title: "No stations yet", note: "They appear here with the first data." };

export class Finder {
  constructor({ city, feed, blockM }) {
    Object.assign(this, { city, feed, blockM });
    this.form = byId("search");
    this.input = byId("q");
    this.place = null;
    this.results = new ResultList({ blockM, onChoose: (id) => city.open(id) });
    this.suggestions = new Suggestions({
      input: this.input,
      list: byId("suggestions"),
      features: () => feed.stations.values(),
      onChoose: (feature) => this.goToStation(feature),
    });
  }

  /** What was typed, without control characters and spaces around it. */
  get text() {
    return this.input.value.replace(/\p{Cc}+/gu, " ").trim();
  }

  get need() {
    return this.form.elements.need.value;
  }

  get reachM() {
    return Number(this.form.elements.blocks.value) * this.blockM;
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
    this.city.map.on("moveend", () => this.city.wasMadeRoom() || this.place || this.refresh());
    addEventListener("popstate", () => location.search === this.asIs || this.restore());
    this.offerNearMe();
    this.restore();
  }

  /** Take need, reach and text from the address bar; the need also from the last visit. */
  restore() {
    this.asIs = location.search;
    const asked = new URLSearchParams(location.search);
    const need = [asked.get("need"), remembered()].find((word) => NEEDS.includes(word));
    this.chosen = need !== undefined;
    this.form.elements.need.value = need ?? "dock";
    if (asked.has("blocks")) this.form.elements.blocks.value = asked.get("blocks");
    if (!this.form.elements.blocks.value) this.form.elements.blocks.value = "3";
    this.input.value = asked.get("q") ?? "";
    this.city.setNeed(this.need);
    this.search();
  }

  /** Where trips alone are known, so are bikes but not docks: show first what there is to show. */
  preferWhatIsKnown() {
    if (this.chosen) return;
    const known = (need) => {
      const states = [...this.feed.stations.values()].map((feature) => outlook(feature.properties, need).state);
      return states.filter((state) => state !== "unknown").length;
    };
    const need = known("bike") > known("dock") * MUCH_MORE ? "bike" : "dock";
    if (need === this.need) return;
    this.form.elements.need.value = need;
    this.city.setNeed(need);
  }

  changed() {
    this.chosen = true;
    keep(this.need);
    this.city.setNeed(this.need);
    this.remember({ replace: true });
    this.city.showPlace(this.place, this.reachM);
    this.refresh();
  }

  /** Put the search into the address bar, so that it can be shared and gone back from. */
  remember({ replace = false } = {}) {
    const asked = new URLSearchParams();
    if (this.text) asked.set("q", this.text);
    asked.set("need", this.need);
    if (this.form.elements.blocks.value !== "3") asked.set("blocks", this.form.elements.blocks.value);
    history[replace ? "replaceState" : "pushState"](null, "", `?${asked}`);
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
    const found = await readPlace(text);
    if (asked !== this.asked) return;
    if (found.place) this.goTo(found.place);
    else {
      this.goTo(null);
      this.say(found.message, found.suggestions);
    }
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
    this.city.showPlace(place, this.reachM, { move: true });
    this.refreshNow();
    if (place) announce(`${this.results.title.textContent}. ${this.results.note.textContent}`);
  }

  say(message, suggestions = []) {
    const box = byId("message");
    box.replaceChildren(message);
    box.hidden = !message;
    for (const text of suggestions) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.addEventListener("click", () => {
        this.input.value = text;
        this.remember();
        this.search();
      });
      box.append(button);
    }
  }

  /** Bring list and dimming up to the newest picture, once before the next frame. */
  refresh() {
    this.due ??= requestAnimationFrame(() => {
      this.due = null;
      this.refreshNow();
    });
  }

  refreshNow() {
    if (!this.feed.stations.size) {
      if (this.feed.receivedAt) this.results.show({ ...NO_STATIONS, rows: [], need: this.need });
      return;
    }
    this.preferWhatIsKnown();
    if (this.place) this.showReach();
    else this.showView();
  }

  showView() {
    const { map } = this.city;
    const view = map.getBounds();
    const { lat, lng } = map.getCenter();
    const shown = [...this.feed.stations.values()].filter(({ geometry }) => {
      return geometry && view.contains([geometry.coordinates[1], geometry.coordinates[0]]);
    });
    const inView = byDistance(shown, { lat, lon: lng });
    this.city.reach(null);
    const rows = inView.slice(0, MOST_IN_VIEW).map(({ feature }) => ({ feature, metres: null }));
    const open = inView.filter(({ feature }) => this.isOpen(feature)).length;
    const unknown = inView.every(({ feature }) => this.state(feature) === "unknown");
    const note = unknown && inView.length ? NOT_KNOWN[this.need] : this.viewNote(inView.length, open);
    this.results.show({ title: "Stations in view", note, rows, need: this.need });
  }

  viewNote(count, open) {
    if (!count) return "None here. Move the map, or search for a place.";
    const what = this.need === "bike" ? "a bike" : "an open dock";
    return `${open} of ${count} with ${what}; those nearest the middle first.`;
  }

  showReach() {
    const sorted = byDistance([...this.feed.stations.values()], this.place);
    const within = sorted.filter(({ metres }) => metres <= this.reachM);
    const open = within.filter(({ feature }) => this.isOpen(feature));
    this.city.reach(new Set(within.map(({ feature }) => feature.id)));
    const beyond = sorted.filter((row) => row.metres > this.reachM && this.isOpen(row.feature)).slice(0, NEXT_BEYOND);
    const rows = open.length ? within : [...within, ...beyond];
    this.results.show({ title: `Near ${this.place.name}`, note: this.reachNote(open.length), rows, need: this.need });
  }

  reachNote(open) {
    const blocks = this.form.elements.blocks.value;
    const reach = `within ${blocks} ${blocks === "1" ? "block" : "blocks"}`;
    const one = this.need === "bike" ? "a bike" : "an open dock";
    if (!open) return `No station with ${one} ${reach}. The nearest beyond are at the end.`;
    return `${open} ${open === 1 ? "station has" : "stations have"} ${one} ${reach}.`;
  }

  state(feature) {
    return outlook(feature.properties, this.need).state;
  }

  isOpen(feature) {
    return this.state(feature) === "open";
  }

  /** Ask where the rider is, only when they tap for it. */
  offerNearMe() {
    const button = byId("near-me");
    if (!navigator.geolocation || !isSecureContext) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      this.say("");
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          this.input.value = `${coords.latitude.toFixed(4)}, ${coords.longitude.toFixed(4)}`;
          this.remember();
          this.goTo({ lat: coords.latitude, lon: coords.longitude, name: "you" });
        },
        () => this.say("Your browser did not say where you are. Type a station, a crossing or coordinates instead."),
        { enableHighAccuracy: true, timeout: TIMEOUT_MS, maximumAge: 30_000 },
      );
    });
  }
}

/** Ask the server to read a place; it says in plain words why it cannot. */
async function readPlace(text) {
  if (text.length > LONGEST_SEARCH) return { message: "That is too long for a place. Name a station, or two streets that cross." };
  try {
    const address = `api/v1/geocode?${new URLSearchParams({ q: text })}`;
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer = await response.json();
    return { place: answer.place, message: answer.detail, suggestions: answer.suggestions };
  } catch {
    return { message: "No connection: the search could not be asked. The map shows the last picture." };
  }
}

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function keep(need) {
  try {
    localStorage.setItem(REMEMBERED, need);
  } catch {
    // A browser that keeps nothing still shows everything.
  }
}
