// Where a station's details are on a small screen: a sheet in the place of the list, below the map or beside it.

import { byId } from "./dom.js";

const SMALL = matchMedia("(max-width: 760px), (max-height: 480px)");
// Marks are kept clear of the map's edges, and of the legend and the zoom at its foot.
const CLEAR = { paddingTopLeft: [32, 32], paddingBottomRight: [64, 72] };
const RING = { color: "#14202e", weight: 3, fill: false, interactive: false, pane: "place" };
const RING_AWAY_PX = 5;

/** Tell whether the screen is too small for a popup that leaves the map to be seen. */
export function isSmall() {
  return SMALL.matches;
}

/** Be told when it becomes small, or large. */
export function onResize(resized) {
  SMALL.addEventListener("change", resized);
}

// A sheet has an entry in the browser's history, so that Back closes it. The page's own entries have no state.
function enter() {
  if (!history.state?.sheet) history.pushState({ sheet: true }, "");
}

/** Take the entry away of a sheet that was closed otherwise, unless another station's took its place. */
function leave() {
  if (history.state?.sheet && !byId("sheet").hasChildNodes()) history.back();
}

/**
 * Make the class of popups that lie in the sheet. What is left of the map keeps the mark in view, with a ring
 * around it, and the keyboard goes into the sheet.
 */
export function sheetClass(L) {
  const { prototype } = L.Popup;
  return L.Popup.extend({
    getPane: () => byId("sheet"),
    onAdd(map) {
      prototype.onAdd.call(this, map);
      this.ring = L.circleMarker(this._latlng, { ...RING, radius: this.ringPx() }).addTo(map);
      this.room = new ResizeObserver(() => map.invalidateSize({ pan: false }));
      this.room.observe(map.getContainer());
      map.invalidateSize({ pan: false });
      map.panInside(this._latlng, CLEAR);
      byId("sheet").scrollTop = 0;
      byId("sheet").focus({ preventScroll: true });
      enter();
    },
    onRemove(map) {
      this.room.disconnect();
      this.ring.remove();
      // At once, without fading: the list is there again.
      this._container.remove();
      prototype.onRemove.call(this, map);
      map.invalidateSize({ pan: false });
      setTimeout(leave);
    },
    update() {
      prototype.update.call(this);
      this.ring?.setRadius(this.ringPx());
    },
    ringPx() {
      return this._source.getRadius() + RING_AWAY_PX;
    },
    // Its size and place are the styles'.
    _updateLayout() {},
    _updatePosition() {},
    _animateZoom() {},
    _adjustPan() {},
  });
}
