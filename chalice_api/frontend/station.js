// What a rider can expect of a station, in one word and in a few.

export const NEEDS = ["bike", "dock"];

/** Tell "open", "none", "closed" or "unknown" for what is needed, and how many there are. */
export function outlook(station, need) {
  const count = need === "bike" ? station.num_bikes_available : station.num_docks_available;
  const usable = need === "bike" ? station.is_renting : station.is_returning;
  if (usable === false || station.is_installed === false) return { state: "closed", count };
  if (count === null || count === undefined) return { state: "unknown", count: null };
  return { state: count > 0 ? "open" : "none", count };
}

/** Name a station; one without a name goes by its id. */
export function nameOf(station) {
  return station.name || `Station ${station.station_id}`;
}

/** Say a number of things, or that it is not known. */
export function counted(count, one, many = `${one}s`) {
  if (count === null || count === undefined) return `${many} not known`;
  return `${count} ${count === 1 ? one : many}`;
}

const SOURCES = {
  snapshot: "the operator’s own count",
  trips: "counted from trips",
  both: "the operator’s count, plus trips since",
};

/** Say where a station's numbers come from. */
export function sourceOf(station) {
  // Without an anchor no operator's count is in the numbers, whatever told us of the station.
  return station.anchored_at ? SOURCES[station.source] : SOURCES.trips;
}
