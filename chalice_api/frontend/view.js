// The view of the map before the rider has touched it.

const CITY_ZOOM = 13;
const OUTLIERS = 0.01;
const EDGE_PX = 24;
const FIT = { padding: [EDGE_PX, EDGE_PX], maxZoom: 16, animate: false };

/** Set the view from the settings; return whether they have one. */
export function lookWhereSet(map, { bounds, center }) {
  if (bounds) {
    const [west, south, east, north] = bounds.split(",").map(Number);
    map.fitBounds([[south, west], [north, east]], FIT);
  } else if (center) map.setView(center.split(",").map(Number), CITY_ZOOM, { animate: false });
  return Boolean(bounds || center);
}

/** Set the view to the stations, except the few that a bad position puts far away. */
export function lookAtStations(map, stations, { open, offsetWidth }) {
  const places = [...stations.values()].filter(({ geometry }) => geometry).map(({ geometry }) => geometry.coordinates);
  if (!places.length) return;
  const [south, north] = inner(places.map(([, lat]) => lat));
  const [west, east] = inner(places.map(([lon]) => lon));
  const paddingTopLeft = [open ? offsetWidth : EDGE_PX, EDGE_PX];
  map.fitBounds([[south, west], [north, east]], { ...FIT, paddingTopLeft });
}

function inner(numbers) {
  const sorted = numbers.sort((a, b) => a - b);
  const cut = Math.floor(sorted.length * OUTLIERS);
  return [sorted[cut], sorted[sorted.length - 1 - cut]];
}
