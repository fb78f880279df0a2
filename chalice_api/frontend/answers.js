// What the list shows: the stations in view, or those within reach of a place.

import { byDistance } from "./places.js";
import { oneOf, outlook } from "./station.js";

const MOST_IN_VIEW = 25;
const NEXT_BEYOND = 3;
const NOT_KNOWN = {
  dock: "Open docks are not known here: no feed has said yet how many docks a station has.",
  ebike: "E-bikes are not known here: no feed has counted them yet.",
  bike: "Bikes are not known here: no feed has counted them yet, and the trips name no bikes.",
};
export const NO_STATIONS = { title: "No stations yet", note: "They appear here with the first data.", rows: [] };

/** Answer for the stations in view, those nearest the middle of the map first. */
export function answerInView(features, { isInView, middle, need }) {
  const inView = byDistance(features.filter(isInView), middle);
  const rows = inView.slice(0, MOST_IN_VIEW).map(({ feature }) => ({ feature, metres: null }));
  return { title: "Stations in view", note: viewNote(inView, need), rows };
}

function viewNote(inView, need) {
  if (!inView.length) return "None here. Move the map, or search for a place.";
  const states = inView.map(({ feature }) => outlook(feature.properties, need).state);
  if (states.every((state) => state === "unknown")) return NOT_KNOWN[need];
  const open = states.filter((state) => state === "open").length;
  return `${open} of ${states.length} with ${oneOf(need)}; those nearest the middle first.`;
}

/** Answer for a place: all stations within reach, nearest first; if none will do, the nearest that would. */
export function answerAround(features, { place, reachM, blocks, need }) {
  const sorted = byDistance(features, place);
  const isOpen = ({ feature }) => outlook(feature.properties, need).state === "open";
  const within = sorted.filter(({ metres }) => metres <= reachM);
  const open = within.filter(isOpen).length;
  const beyond = open ? [] : sorted.filter((row) => row.metres > reachM && isOpen(row)).slice(0, NEXT_BEYOND);
  return {
    title: `Near ${place.name}`,
    note: reachNote({ open, blocks, need, isBeyond: beyond.length > 0 }),
    rows: beyond.length ? beyond : within,
    reached: new Set([...within, ...beyond].map(({ feature }) => feature.id)),
    beyond: beyond.map(({ feature }) => feature),
  };
}

function reachNote({ open, blocks, need, isBeyond }) {
  const reach = `within ${blocks} ${blocks === 1 ? "block" : "blocks"}`;
  if (open) return `${open} ${open === 1 ? "station has" : "stations have"} ${oneOf(need)} ${reach}.`;
  return `No station ${reach} has ${oneOf(need)}.${isBeyond ? " The nearest beyond:" : ""}`;
}
