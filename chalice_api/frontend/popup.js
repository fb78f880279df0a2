// What is said of one station when it is tapped.

import { moment, span } from "./clock.js";
import { make } from "./dom.js";
import { nameOf, outlook } from "./station.js";

const NOTABLE_DRIFT = 3;

/** Build the content of a station's popup. */
export function stationCard(station, { need, asOf, now, timeZone, chart }) {
  return make(
    "article",
    { class: "card" },
    make("h3", {}, nameOf(station)),
    closedNote(station),
    make("div", { class: "numbers" }, tile(station, "bike", need), tile(station, "dock", need)),
    fill(station),
    ...lines(station, { asOf, now, timeZone }).map((line) => make("p", { class: "line" }, line)),
    chart,
  );
}

function tile(station, kind, need) {
  const count = kind === "bike" ? station.num_bikes_available : station.num_docks_available;
  const ebikes = kind === "bike" ? station.num_ebikes_available : null;
  const { state } = outlook(station, kind);
  const word = kind === "bike" ? (count === 1 ? "bike" : "bikes") : count === 1 ? "open dock" : "open docks";
  return make(
    "p",
    { class: `number ${state}${kind === need ? " needed" : ""}` },
    make("b", {}, count === null ? "?" : String(count)),
    make("span", {}, word),
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

function lines(station, { asOf, now, timeZone }) {
  const said = [];
  if (station.num_bikes_available === null) {
    said.push("How many bikes are here is not known: no count has come in yet.");
  }
  if (station.last_reported && asOf) {
    const reported = new Date(station.last_reported);
    said.push(`Last news ${ago(reported, asOf)}, at ${moment(reported, timeZone, now)}.`);
  }
  said.push(source(station, { asOf, now, timeZone }));
  if (Math.abs(station.drift ?? 0) >= NOTABLE_DRIFT) {
    said.push(`Counting is off by ${Math.abs(station.drift)} bikes or more: do not rely on it alone.`);
  }
  const { estimated_bikes: likely, num_bikes_available: bikes } = station;
  if (likely !== null && bikes !== null && Math.abs(likely - bikes) >= NOTABLE_DRIFT) {
    said.push(`By what is known of trucks, about ${likely} ${likely === 1 ? "bike is" : "bikes are"} more likely.`);
  }
  return said;
}

function ago(then, asOf) {
  const seconds = (asOf - then) / 1000;
  return seconds < 1 ? "just now" : `${span(seconds)} ago`;
}

function source(station, { asOf, now, timeZone }) {
  if (!station.anchored_at || !asOf) return "Counted from trips alone.";
  const anchored = new Date(station.anchored_at);
  const counted = `Operator’s count of ${moment(anchored, timeZone, now)} (${ago(anchored, asOf)})`;
  return station.source === "both" ? `${counted}, and the trips since.` : `${counted}.`;
}
