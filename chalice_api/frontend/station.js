// What a rider can expect at a station, in one word and in a few.

const WANTED = {
  bike: { count: "num_bikes_available", usable: "is_renting", one: "bike" },
  ebike: { count: "num_ebikes_available", usable: "is_renting", one: "e-bike" },
  dock: { count: "num_docks_available", usable: "is_returning", one: "open dock" },
};
// What is listed for a station, with what is needed first.
const TOLD = { bike: ["bike", "dock"], ebike: ["ebike", "bike", "dock"], dock: ["dock", "bike"] };

export const NEEDS = Object.keys(WANTED);

/** Return the noun for what is needed, singular or plural. */
export function noun(need, count) {
  return `${WANTED[need].one}${count === 1 ? "" : "s"}`;
}

/** Return the noun with its article. */
export function oneOf(need) {
  const one = noun(need, 1);
  return `${/^[aeiou]/.test(one) ? "an" : "a"} ${one}`;
}

/** Return "open", "none", "closed" or "unknown" for what is needed, and how many there are. */
export function outlook(station, need) {
  const count = station[WANTED[need].count];
  if (station[WANTED[need].usable] === false || station.is_installed === false) return { state: "closed", count };
  if (count === null || count === undefined) return { state: "unknown", count: null };
  return { state: count > 0 ? "open" : "none", count };
}

/** Return a station's name, or its id if it has none. */
export function nameOf(station) {
  return station.name || `Station ${station.station_id}`;
}

/** Return in a few words what is there, with what is needed first. */
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
