// Distances from a place to each station, and how long they are on foot.

const WALK_M_PER_MINUTE = 80;
const RIGHT_HERE_M = 15;

/** Return a function that measures metres from a place, accurate to a few centimetres over a walk. */
export function ruler({ lat, lon }) {
  const phi = (lat * Math.PI) / 180;
  const perLat = 111132.92 - 559.82 * Math.cos(2 * phi) + 1.175 * Math.cos(4 * phi);
  const perLon = 111412.84 * Math.cos(phi) - 93.5 * Math.cos(3 * phi);
  return ([otherLon, otherLat]) => Math.hypot((otherLat - lat) * perLat, (otherLon - lon) * perLon);
}

/** Sort features by their distance from a place. */
export function byDistance(features, place) {
  const metresTo = ruler(place);
  return features
    .filter((feature) => feature.geometry)
    .map((feature) => ({ feature, metres: metresTo(feature.geometry.coordinates) }))
    .sort((a, b) => a.metres - b.metres);
}

/** Format how long a walk is: in minutes, and in metres and blocks. */
export function walkOf(metres, blockM) {
  if (metres < RIGHT_HERE_M) return { minutes: "Right here", length: "" };
  const blocks = (metres / blockM).toFixed(1);
  return {
    minutes: `${Math.ceil(metres / WALK_M_PER_MINUTE)} min walk`,
    length: `${far(metres)} · ${blocks} ${blocks === "1.0" ? "block" : "blocks"}`,
  };
}

/** Format a distance: in metres nearby, in kilometres farther away. */
export function far(metres) {
  return metres < 2000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(metres < 20_000 ? 1 : 0)} km`;
}
