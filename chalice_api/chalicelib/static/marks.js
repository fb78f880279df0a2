// How a station looks on the map: shape says whether, size says how many.

const LOOKS = {
  open: { shape: "circle", color: "#ffffff", weight: 1.5, fillColor: "#1559d6", fillOpacity: 0.92, opacity: 1 },
  none: { shape: "circle", color: "#3f6bb8", weight: 2, fillColor: "#ffffff", fillOpacity: 0.85, opacity: 1 },
  closed: { shape: "cross", color: "#5d6675", weight: 2.5, fill: false, fillOpacity: 0, opacity: 1 },
  unknown: { shape: "diamond", color: "#6d7684", weight: 2, fillColor: "#ffffff", fillOpacity: 0.85, opacity: 1 },
};
const DIMMED = 0.28;
const MOST_SHOWN = 40;

/** Describe a mark: its look and its radius at a zoom. */
export function lookOf({ state, count }, zoom, dimmed) {
  const scale = scaleAt(zoom);
  const radius = state === "open" ? 5 + 8 * Math.sqrt(Math.min(count, MOST_SHOWN) / MOST_SHOWN) : 5.5;
  const look = { fill: true, ...LOOKS[state], radius: Math.round(radius * scale * 10) / 10 };
  look.weight *= Math.min(1, 0.25 + scale * 0.75);
  if (dimmed) {
    look.opacity *= DIMMED;
    look.fillOpacity *= DIMMED;
  }
  return look;
}

/** Marks grow with the streets, more slowly: dots over a city, circles one can hit over a block. */
function scaleAt(zoom) {
  return Math.min(1.5, 0.3 * 1.32 ** Math.max(0, zoom - 10));
}

/** Make the class of marks; Leaflet is there only once its own script has run. */
export function markClass(L) {
  return L.CircleMarker.extend({
    _updatePath() {
      const { shape } = this.options;
      if (shape === "circle") {
        this._renderer._updateCircle(this);
        return;
      }
      const at = (x, y) => this._point.add([x * this._radius, y * this._radius]);
      const arm = Math.SQRT1_2;
      this._parts =
        shape === "cross"
          ? [[at(-arm, -arm), at(arm, arm)], [at(-arm, arm), at(arm, -arm)]]
          : [[at(0, -1), at(1, 0), at(0, 1), at(-1, 0)]];
      this._renderer._updatePoly(this, shape === "diamond");
    },
    /** Change only what differs; most marks stay as they are. */
    wear(look) {
      const key = Object.values(look).join();
      if (key === this._worn) return false;
      this._worn = key;
      this.setStyle(look);
      return true;
    },
  });
}
