// Distances on foot, from a place to each station.

export const WALK_M_PER_MINUTE = 80;

/** Give a function that measures metres from a place; good to a few centimetres over a walk. */
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
