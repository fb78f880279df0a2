// The place that was searched: a red dot above the marks, and the reach around it below them.

const REACH_PANE = "reach";
const PLACE_PANE = "place";
const RED = "#c8102e";
const RING = { color: RED, weight: 1.5, dashArray: "5 6", fillOpacity: 0.04, interactive: false };
const DOT = { radius: 8, color: "#ffffff", weight: 2.5, fillColor: RED, fillOpacity: 1, interactive: false };
// Four strokes around the red dot, which without colours would look like one more open station.
const SIGHT_PX = 44;
const STROKES = "M22 2v8M22 34v8M2 22h8M34 22h8";
const SIGHT = `<svg viewBox="0 0 44 44" aria-hidden="true"><path class="edge" d="${STROKES}"/><path d="${STROKES}"/></svg>`;
const EDGE_PX = 12;

export class FoundPlace {
  constructor(map) {
    this.map = map;
    this.place = null;
    // Below the marks, so that no dash crosses the number of a mark on the edge of the reach.
    map.createPane(REACH_PANE).classList.add("reach-pane");
    // Above the marks, but lets taps through to them.
    map.createPane(PLACE_PANE).classList.add("place-pane");
  }

  /** Show the red dot where the search led, with the reach around it; null removes both. */
  show(place, reachM) {
    const { L } = globalThis;
    this.drawn?.remove();
    this.place = place;
    if (!place) return;
    const at = [place.lat, place.lon];
    const icon = L.divIcon({ className: "sight", html: SIGHT, iconSize: [SIGHT_PX, SIGHT_PX] });
    this.ring = L.circle(at, { ...RING, pane: REACH_PANE, radius: reachM });
    const dot = L.circleMarker(at, { ...DOT, pane: PLACE_PANE });
    const sight = L.marker(at, { icon, pane: PLACE_PANE, interactive: false, keyboard: false });
    this.drawn = L.featureGroup([this.ring, dot, sight]).addTo(this.map);
  }

  /** Bring the place, its reach and the stations beyond it into view. */
  lookAt(beyond) {
    const view = this.ring.getBounds();
    for (const { geometry } of beyond) view.extend(globalThis.L.GeoJSON.coordsToLatLng(geometry.coordinates));
    this.map.fitBounds(view, { padding: [EDGE_PX, EDGE_PX], animate: false });
  }
}
