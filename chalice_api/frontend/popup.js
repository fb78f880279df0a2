// The details of a station that was tapped: in a popup, or in the sheet on a small screen.

import { isReplay, moment, span } from "./clock.js";
import { make } from "./dom.js";
import { walkOf } from "./places.js";
import { nameOf, noun, outlook } from "./station.js";

const NOTABLE_DRIFT = 3;
const QUIET_MS = 900_000;

/** Build the details of a station. */
export function stationCard(station, { need, picture, timeZone, walk, chart }) {
  const now = picture.now();
  // Ages are relative to the data's own clock during a replay, otherwise to ours.
  const told = { timeZone, from: isReplay(picture, now) ? picture.asOf : now };
  return make(
    "article",
    { class: "card" },
    make("h2", { id: "station-name" }, nameOf(station)),
    walk ? walkLine(walk) : null,
    closedNote(station),
    make("div", { class: "numbers" }, tile(station, "bike", need), tile(station, "dock", need)),
    fill(station),
    ...lines(station, told).map((line) => make("p", { class: "line" }, line)),
    chart,
  );
}

function walkLine({ metres, blockM }) {
  const { minutes, length } = walkOf(metres, blockM);
  return make("p", { class: "line" }, [minutes, length].filter(Boolean).join(" · "));
}

function tile(station, kind, need) {
  const count = kind === "bike" ? station.num_bikes_available : station.num_docks_available;
  const ebikes = kind === "bike" ? station.num_ebikes_available : null;
  const { state } = outlook(station, kind);
  const isNeeded = kind === need || (kind === "bike" && need === "ebike");
  return make(
    "p",
    { class: `number ${state}${isNeeded ? " needed" : ""}` },
    make("b", {}, count === null ? "?" : String(count)),
    make("span", {}, noun(kind, count)),
    ebikes ? make("small", {}, `${ebikes} electric`) : null,
  );
}

function fill(station) {
  const { num_bikes_available: bikes, num_docks_available: docks, capacity } = station;
  if (!capacity || bikes === null || docks === null) return null;
  const meter = make("progress", { max: capacity, value: bikes, "aria-label": "How full" });
  return make("p", { class: "fill" }, meter, make("span", {}, `${capacity} docks in all`));
}

function closedNote(station) {
  const words = [];
  if (station.is_installed === false) words.push("This station is not in service.");
  else {
    if (station.is_renting === false) words.push("No bikes are rented out here now.");
    if (station.is_returning === false) words.push("No bikes are taken back here now.");
  }
  return words.length ? make("p", { class: "shut" }, words.join(" ")) : null;
}

function lines(station, told) {
  const said = [];
  if (station.num_bikes_available === null) {
    said.push("How many bikes are here is not known: no count has come in yet.");
  }
  said.push(source(station, told));
  if (Math.abs(station.drift ?? 0) >= NOTABLE_DRIFT) {
    said.push(`Counting is off by ${Math.abs(station.drift)} bikes or more: do not rely on it alone.`);
  }
  const { estimated_bikes: likely, num_bikes_available: bikes } = station;
  if (likely !== null && bikes !== null && Math.abs(likely - bikes) >= NOTABLE_DRIFT) {
    said.push(`Trucks move bikes too: about ${likely} ${noun("bike", likely)} ${likely === 1 ? "is" : "are"} more likely.`);
  }
  return said;
}

/** Describe where the number comes from, and how old it is. */
function source({ anchored_at: anchored, last_reported: reported, source: kind }, told) {
  const news = reported && aged(reported, told);
  if (!anchored) return `Counted from trips alone${news ? `; the last ${news}` : ""}.`;
  const counted = `Operator’s count ${aged(anchored, told)}`;
  if (kind === "both") return `${counted}, and the trips since; last news ${news}.`;
  const isQuiet = reported && new Date(anchored) - new Date(reported) > QUIET_MS;
  return isQuiet ? `${counted}; the station itself last reported ${news}.` : `${counted}.`;
}

function aged(text, { from, timeZone }) {
  const then = new Date(text);
  const seconds = (from - then) / 1000;
  return `${seconds < 1 ? "just now" : `${span(seconds)} ago`} (${moment(then, timeZone, from)})`;
}
