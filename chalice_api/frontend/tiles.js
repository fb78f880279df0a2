// Map tiles under the marks, if there are any.

import { make } from "./dom.js";

const TILE_PX = 256;

/**
 * Request a single tile first: if the tile host cannot be reached, the background stays plain and the
 * console quiet. A host that fails later leaves holes, which later tiles fill.
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
