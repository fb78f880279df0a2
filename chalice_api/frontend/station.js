// What a rider can expect of a station, in one word and in a few.

const WANTED = {
  bike: { count: "num_bikes_available", usable: "is_renting", one: "bike" },
  ebike: { count: "num_ebikes_available", usable: "is_renting", one: "e-bike" },
  dock: { count: "num_docks_available", usable: "is_returning", one: "open dock" },
};
// What is said of a station, what is needed first.
const TOLD = { bike: ["bike", "dock"], ebike: ["ebike", "bike", "dock"], dock: ["dock", "bike"] };

export const NEEDS = Object.keys(WANTED);

/** Name one of what is needed, or as many as there are. */
export function noun(need, count) {
  return `${WANTED[need].one}${count === 1 ? "" : "s"}`;
}

/** Name one, with its article. */
export function oneOf(need) {
  const one = noun(need, 1);
  return `${/^[aeiou]/.test(one) ? "an" : "a"} ${one}`;
}

/** Tell "open", "none", "closed" or "unknown" for what is needed, and how many there are. */
export function outlook(station, need) {
  const count = station[WANTED[need].count];
  if (station[WANTED[need].usable] === false || station.is_installed === false) return { state: "closed", count };
  if (count === null || count === undefined) return { state: "unknown", count: null };
  return { state: count > 0 ? "open" : "none", count };
}

/** Name a station; one without a name goes by its id. */
export function nameOf(station) {
  return station.name || `Station ${station.station_id}`;
}

/** Say in a few words what is there, what is needed first. */
export function inWords(station, need) {
  const { state } = outlook(station, need);
  if (state === "closed") return "closed";
  if (state === "unknown") return `${noun(need, 2)} not known`;
  const said = TOLD[need].map((kind) => some(station[WANTED[kind].count], kind));
  const { num_ebikes_available: electric } = station;
  if (need === "bike" && electric) said[0] += ` (${electric} electric)`;
  return said.filter(Boolean).join(", ");
}

function some(count, need) {
  return count === null || count === undefined ? "" : `${count || "no"} ${noun(need, count)}`;
}
