// A station's details on a small screen: a sheet that replaces the list, below the map or beside it.

import { byId } from "./dom.js";

const SMALL = matchMedia("(max-width: 760px), (max-height: 480px)");
// Keeps marks clear of the map's edges, and of the legend and zoom buttons at the bottom.
const CLEAR = { paddingTopLeft: [32, 32], paddingBottomRight: [64, 72] };
const RING = { color: "#14202e", weight: 3, fill: false, interactive: false, pane: "place" };
const RING_AWAY_PX = 5;

/** Return whether the screen is too small for a popup that leaves the map visible. */
export function isSmall() {
  return SMALL.matches;
}

/** Call back when it becomes small or large. */
export function onResize(resized) {
  SMALL.addEventListener("change", resized);
}

// A sheet adds an entry to the browser's history, so that Back closes it. The page's own entries have no state.
function enter() {
  if (!history.state?.sheet) history.pushState({ sheet: true }, "");
}

/** Remove the entry of a sheet that was closed otherwise, unless another station's replaced it. */
function leave() {
  if (history.state?.sheet && !byId("sheet").hasChildNodes()) history.back();
}

/**
 * Create the class of popups that are shown in the sheet. The rest of the map keeps the mark in view, with a
 * ring around it, and the focus moves into the sheet.
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
      // Remove it at once, without fading, as the list is back.
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
    // CSS sets its size and position.
    _updateLayout() {},
    _updatePosition() {},
    _animateZoom() {},
    _adjustPan() {},
  });
}
