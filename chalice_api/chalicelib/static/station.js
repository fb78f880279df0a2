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

/** Say in a few words what is there, what is needed first. */
export function inWords(station, need) {
  const { state, count } = outlook(station, need);
  if (state === "closed") return "closed";
  if (state === "unknown") return `${need === "bike" ? "bikes" : "docks"} not known`;
  const [bikes, docks] = [station.num_bikes_available, station.num_docks_available];
  const said = need === "bike" ? [some(count, "bike"), some(docks, "open dock")] : [some(count, "open dock"), some(bikes, "bike")];
  const { num_ebikes_available: electric } = station;
  if (need === "bike" && electric) said[0] += ` (${electric} electric)`;
  return said.filter(Boolean).join(", ");
}

function some(count, word) {
  if (count === null) return "";
  return `${count === 0 ? "no" : count} ${word}${count === 1 ? "" : "s"}`;
}
