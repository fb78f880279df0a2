// The map: one layer of marks, changed in place as the picture changes.

import { announce, byId, make } from "./dom.js";
import { FoundPlace } from "./found.js";
import { historyChart } from "./history.js";
import { canvasClass, lookOf, markClass } from "./marks.js";
import { ruler } from "./places.js";
import { stationCard } from "./popup.js";
import { isSmall, onResize, sheetClass } from "./sheet.js";
import { inWords, nameOf, noun, outlook } from "./station.js";
import { layTiles } from "./tiles.js";
import { lookAtStations, lookWhereSet } from "./view.js";

const MANY = 1500;
const AT_ONCE = 100;
const TAP_REACH_PX = 22;
const POPUP = { minWidth: 230, maxWidth: 290, autoPanPadding: [14, 14] };

/** Move the map without animation or inertia. */
function moveAtOnce(map) {
  const { panBy } = map;
  map.options.inertia = false;
  map.panBy = (offset, options) => panBy.call(map, offset, { ...options, animate: false });
}

export class CityMap {
  constructor({ map, layer, settings }) {
    this.map = map;
    this.layer = layer;
    this.settings = settings;
    this.Mark = markClass(globalThis.L);
    this.marks = new Map();
    this.need = "dock";
    this.reached = null;
    this.found = new FoundPlace(map);
    this.placed = lookWhereSet(map, settings);
    // After the first touch, the view belongs to the rider.
    for (const touch of ["pointerdown", "wheel", "keydown"]) {
      map.getContainer().addEventListener(touch, () => (this.placed = true), { passive: true });
    }
    map.attributionControl.setPrefix(false);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) moveAtOnce(map);
    // Bare numbers mean nothing when read aloud; the list says the same in words.
    map.getPane("overlayPane").setAttribute("aria-hidden", "true");
    this.following = false;
    this.Sheet = sheetClass(globalThis.L);
    this.bindDetails();
    onResize(() => this.bindDetails());
    if (matchMedia("(hover: hover)").matches) layer.bindTooltip((mark) => this.label(mark), { direction: "top" });
    layer.on("click", ({ layer: mark }) => (this.opened = mark));
    layer.on("popupopen", ({ popup }) => this.detailsOpened(popup));
    layer.on("popupclose", ({ popup }) => this.detailsClosed(popup));
    map.on("tooltipopen", () => layer.getPopup().isOpen() && layer.closeTooltip());
    // A popup that pans the map to make room is not the rider looking elsewhere.
    map.on("autopanstart", () => (this.following = true));
    map.on("zoomend", () => this.restyle());
    map.on("click", (event) => this.openNearest(event));
    document.addEventListener("keydown", (event) => this.key(event));
    addEventListener("popstate", () => this.hasSheet && this.close());
  }

  /** Show details in a popup at the mark; on a small screen in a sheet, which hides neither map nor controls. */
  bindDetails() {
    const { layer } = this;
    const content = (mark) => this.card(mark);
    layer.closePopup().unbindPopup();
    if (isSmall()) layer.bindPopup(new this.Sheet().setContent(content));
    else layer.bindPopup(content, POPUP);
  }

  /** Whether details are shown in the sheet. */
  get hasSheet() {
    const popup = this.layer.getPopup();
    return popup instanceof this.Sheet && popup.isOpen();
  }

  detailsOpened(popup) {
    this.cameFrom = document.activeElement;
    // The sheet takes the focus, and so is read aloud anyway.
    if (!this.hasSheet) announce(popup.getElement().querySelector(".card").innerText);
  }

  /** Return the focus to where it came from; a row of the list may have been rebuilt. */
  detailsClosed(popup) {
    this.chart = null;
    const { activeElement, body } = document;
    if (activeElement !== body && !popup.getPane().contains(activeElement)) return;
    const { cameFrom } = this;
    const { station = "" } = cameFrom.dataset;
    const row = byId("results-list").querySelector(`[data-station="${CSS.escape(station)}"]`);
    (row ?? (cameFrom.isConnected ? cameFrom : byId("results"))).focus();
  }

  key(event) {
    const { key, target, defaultPrevented } = event;
    const isClose = key === " " && target.closest(".leaflet-popup-close-button");
    if (isClose) event.preventDefault();
    if (isClose || (key === "Escape" && !defaultPrevented)) this.close();
  }

  /** Close the details. */
  close() {
    this.layer.closePopup();
  }

  /** Update the details without panning the map. */
  refreshDetails() {
    const popup = this.layer.getPopup();
    popup.options.autoPan = false;
    popup.update();
    popup.options.autoPan = true;
  }

  /**
   * Show the changed stations, a few at a time, so that a slow phone stays responsive; the others are not
   * touched.
   */
  async show(picture, changed, gone) {
    const began = performance.now();
    let stretches = 0;
    let longestMs = 0;
    let added = 0;
    this.picture = picture;
    this.renderer ??= this.chooseRenderer(changed.length);
    for (const id of gone) this.remove(id);
    // Set the view first, so that each new mark is drawn once.
    if (!this.placed && changed.some(({ id }) => !this.marks.has(id))) {
      lookAtStations(this.map, picture.stations, byId("legend"));
      await pause();
    }
    this.renderer.hold?.();
    for (let from = 0; from < changed.length; from += AT_ONCE) {
      if (from) await pause();
      const started = performance.now();
      added += this.apply(changed.slice(from, from + AT_ONCE));
      longestMs = Math.max(longestMs, performance.now() - started);
      stretches += 1;
    }
    if (added) this.raiseReached();
    this.renderer.release?.();
    if (changed.length) this.refreshDetails();
    if (!this.hasTiles) layTiles(this.map, this.settings);
    this.hasTiles = true;
    document.body.dataset.marks = this.marks.size;
    if (changed.length) measure(began, { changed: changed.length, stretches, longestMs });
  }

  /** Update marks, create those of new stations, and return how many are new. */
  apply(changed) {
    const added = changed.filter((feature) => !this.update(feature));
    if (added.length) this.layer.addData({ type: "FeatureCollection", features: added });
    return added.length;
  }

  /** Choose SVG elements for few marks, which can be inspected; a canvas for many, which stays fast. */
  chooseRenderer(count) {
    const { L } = globalThis;
    return count > MANY ? new (canvasClass(L))({ padding: 0.3 }) : L.svg({ padding: 0.3 });
  }

  /** Create the mark of a new station; folium's layer calls this. */
  mark(feature, latlng) {
    const mark = new this.Mark(latlng, { renderer: this.renderer, bubblingMouseEvents: false });
    mark.feature = feature;
    mark.wear(this.look(feature));
    this.marks.set(feature.id, mark);
    return mark;
  }

  update(feature) {
    const mark = this.marks.get(feature.id);
    if (!mark) return false;
    if (!feature.geometry) {
      this.remove(feature.id);
      return true;
    }
    mark.feature = feature;
    const [lon, lat] = feature.geometry.coordinates;
    const { lat: wasLat, lng: wasLon } = mark.getLatLng();
    if (lat !== wasLat || lon !== wasLon) mark.setLatLng([lat, lon]);
    mark.wear(this.look(feature));
    return true;
  }

  remove(id) {
    const mark = this.marks.get(id);
    if (!mark) return;
    this.layer.removeLayer(mark);
    this.marks.delete(id);
  }

  look(feature) {
    const isReached = this.reached?.has(feature.id) ?? false;
    const isDimmed = this.reached !== null && !isReached;
    return lookOf(outlook(feature.properties, this.need), this.map.getZoom(), { isReached, isDimmed });
  }

  restyle() {
    for (const mark of this.marks.values()) mark.wear(this.look(mark.feature));
  }

  /** Set what is needed, and update the marks. */
  setNeed(need) {
    this.need = need;
    byId("legend-open").textContent = `Has ${noun(need, 2)}: more is larger`;
    this.restyle();
    this.refreshDetails();
  }

  /** Describe a mark's station in one line. */
  label(mark) {
    const station = mark.feature.properties;
    return make("span", {}, `${nameOf(station)}: ${inWords(station, this.need)}`);
  }

  /** Return, once, whether the map only moved to make room for a popup. */
  wasMadeRoom() {
    const { following } = this;
    this.following = false;
    return following;
  }

  /** Dim stations out of reach; null undims all. */
  reach(ids) {
    const same = ids === this.reached || (ids && this.reached && ids.size === this.reached.size && [...ids].every((id) => this.reached.has(id)));
    if (same) return;
    this.reached = ids;
    this.restyle();
    this.raiseReached();
  }

  /** Raise marks within reach above dimmed ones, including newer ones, so that their numbers can be read. */
  raiseReached() {
    for (const id of this.reached ?? []) this.marks.get(id)?.bringToFront();
  }

  /** Show where the search led and how far its reach goes. */
  showPlace(place, reachM) {
    this.found.show(place, reachM);
    byId("legend-place").hidden = !place;
    if (place) this.placed = true;
  }

  card(mark) {
    const { id, geometry, properties } = mark.feature;
    return stationCard(properties, {
      need: this.need,
      picture: this.picture,
      timeZone: this.settings.timeZone,
      walk: this.walkTo(geometry),
      chart: this.chartOf(id),
    });
  }

  /** Return how far a station is from the place that was searched; null before a search. */
  walkTo({ coordinates }) {
    const { place } = this.found;
    if (!place) return null;
    const metres = ruler(place)(coordinates);
    return { metres, blockM: Number(this.settings.blockM) };
  }

  /** Request the last hours once, when the popup opens; updates of its content keep the chart. */
  chartOf(id) {
    if (this.chart?.id !== id) this.chart = { id, figure: historyChart(id, this.settings) };
    return this.chart.figure;
  }

  /** Open one station's details and bring it into view. */
  open(id) {
    const mark = this.marks.get(id);
    if (!mark) return;
    if (this.layer.getPopup().isOpen() && this.opened === mark) return;
    this.close();
    // The popup belongs to the layer; only a click on a mark opens it there.
    mark.fire("click", { latlng: mark.getLatLng() }, true);
    this.placed = true;
  }

  /** Open the nearest mark within a fingertip, which is wider than a mark. */
  openNearest({ containerPoint }) {
    let nearest = null;
    let reach = TAP_REACH_PX;
    for (const mark of this.marks.values()) {
      const away = this.map.latLngToContainerPoint(mark.getLatLng()).distanceTo(containerPoint);
      if (away < reach) [nearest, reach] = [mark, away];
    }
    if (nearest) this.open(nearest.feature.id);
  }
}

/** Yield to taps and to the next frame. */
function pause() {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Record a performance measure for profiling; old ones are cleared, as a page may be open all day. */
function measure(start, detail) {
  if (performance.getEntriesByName("picture").length > 1) performance.clearMeasures("picture");
  performance.measure("picture", { start, detail });
}
