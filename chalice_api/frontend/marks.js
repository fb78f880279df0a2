// How a station looks on the map: its shape shows its state, its size and number how many.

const LOOKS = {
  open: { shape: "circle", color: "#ffffff", weight: 1.5, fillColor: "#1559d6", fillOpacity: 0.92, opacity: 1, ink: "#ffffff" },
  none: { shape: "circle", color: "#3f6bb8", weight: 2, fillColor: "#ffffff", fillOpacity: 0.85, opacity: 1, ink: "#2d4f8c" },
  closed: { shape: "cross", color: "#5d6675", weight: 2.5, fill: false, fillOpacity: 0, opacity: 1 },
  unknown: { shape: "diamond", color: "#5d6675", weight: 2, fillColor: "#ffffff", fillOpacity: 0.85, opacity: 1 },
};
const DIMMED = 0.4;
const MOST_SHOWN = 40;
const NUMBERED_FROM_ZOOM = 15;
const REACHED_NUMBERED_FROM_ZOOM = 13;
const REACHED_LARGER = 1.35;
const LARGEST_SCALE = 1.5;
const SMALLEST_NUMBER_PX = 10;
const LARGEST_NUMBER_PX = 14;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif";
const SVG = "http://www.w3.org/2000/svg";

/** Describe a mark: its look, its radius at a zoom and, close up or within reach, the number in it. */
export function lookOf({ state, count }, zoom, { isReached, isDimmed }) {
  const scale = isReached ? Math.min(LARGEST_SCALE, scaleAt(zoom) * REACHED_LARGER) : scaleAt(zoom);
  const radius = state === "open" ? 5.5 + 7.5 * Math.sqrt(Math.min(count, MOST_SHOWN) / MOST_SHOWN) : 5.5;
  const look = { fill: true, ...LOOKS[state], radius: Math.round(radius * scale * 10) / 10 };
  look.weight *= Math.min(1, 0.25 + scale * 0.75);
  look.number = look.ink && zoom >= (isReached ? REACHED_NUMBERED_FROM_ZOOM : NUMBERED_FROM_ZOOM) ? String(count) : "";
  if (isDimmed) {
    look.opacity *= DIMMED;
    look.fillOpacity *= DIMMED;
  }
  return look;
}

/** Marks grow with the zoom, more slowly than streets: dots over a city, circles to tap over a block. */
function scaleAt(zoom) {
  return Math.min(LARGEST_SCALE, 0.3 * 1.32 ** Math.max(0, zoom - 10));
}

/** Create the class of marks, at run time because Leaflet is loaded by its own script. */
export function markClass(L) {
  return L.CircleMarker.extend({
    _updatePath() {
      const { shape } = this.options;
      if (shape === "circle") this._renderer._updateCircle(this);
      else drawLines(this, shape);
      if (this._renderer._ctx) paintNumber(this, this._renderer._ctx);
      else placeNumber(this);
    },
    onAdd() {
      L.CircleMarker.prototype.onAdd.call(this);
      if (!this._renderer._ctx) placeNumber(this);
    },
    bringToFront() {
      L.CircleMarker.prototype.bringToFront.call(this);
      if (!this._renderer?._ctx) placeNumber(this);
      return this;
    },
    onRemove() {
      this._number?.remove();
      L.CircleMarker.prototype.onRemove.call(this);
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

/**
 * Create the class of canvases, which draw a new mark alone, over what is there, so that a whole city is drawn
 * in many short tasks, and which redraw only once after a change of many marks.
 */
export function canvasClass(L) {
  return L.Canvas.extend({
    hold() {
      this._isHeld = true;
    },
    release() {
      this._isHeld = false;
      if (this._redrawBounds && this._map) this._redrawRequest ??= L.Util.requestAnimFrame(this._redraw, this);
    },
    _addPath(mark) {
      this._drawing = true;
      mark._updatePath();
      this._drawing = false;
    },
    _requestRedraw(mark) {
      if (!this._isHeld) L.Canvas.prototype._requestRedraw.call(this, mark);
      else if (this._map) this._extendRedrawBounds(mark);
    },
  });
}

function drawLines(mark, shape) {
  const at = (x, y) => mark._point.add([x * mark._radius, y * mark._radius]);
  const arm = Math.SQRT1_2;
  mark._parts =
    shape === "cross"
      ? [[at(-arm, -arm), at(arm, arm)], [at(-arm, arm), at(arm, -arm)]]
      : [[at(0, -1), at(1, 0), at(0, 1), at(-1, 0)]];
  mark._renderer._updatePoly(mark, shape === "diamond");
}

function numberPx(mark) {
  return Math.min(LARGEST_NUMBER_PX, Math.max(SMALLEST_NUMBER_PX, mark._radius));
}

/** On a canvas, paint the number over its circle. */
function paintNumber(mark, canvas) {
  const { number, ink, opacity } = mark.options;
  if (!number || !mark._renderer._drawing || mark._empty()) return;
  canvas.globalAlpha = opacity;
  canvas.fillStyle = ink;
  canvas.font = `700 ${numberPx(mark)}px ${FONT}`;
  canvas.textAlign = "center";
  canvas.textBaseline = "middle";
  canvas.fillText(number, mark._point.x, mark._point.y + 0.5);
  canvas.globalAlpha = 1;
}

/** In SVG, place the number as an element right after its circle. */
function placeNumber(mark) {
  const { number, ink, opacity } = mark.options;
  if (!number || !mark._path?.parentNode || mark._empty()) {
    mark._number?.remove();
    return;
  }
  mark._number ??= document.createElementNS(SVG, "text");
  const { x, y } = mark._point;
  const drawn = { class: "count", x, y, fill: ink, "font-size": numberPx(mark), opacity };
  for (const [name, value] of Object.entries(drawn)) mark._number.setAttribute(name, value);
  if (mark._number.textContent !== number) mark._number.textContent = number;
  if (mark._number.previousSibling !== mark._path) mark._path.after(mark._number);
}
