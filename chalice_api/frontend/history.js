// The last hours of one station, as a small chart and in words.

import { moment } from "./clock.js";
import { make } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 240;
const HEIGHT = 44;
const TIMEOUT_MS = 10_000;

/** Return a placeholder for the chart at once, and fill it when the answer arrives. */
export function historyChart(id, { timeZone }) {
  const caption = make("figcaption", {}, "Reading the last hours…");
  const figure = make("figure", { class: "history" }, caption);
  read(id)
    .then((history) => show(figure, history, timeZone))
    .catch(() => caption.replaceChildren("The last hours cannot be read just now."));
  return figure;
}

async function read(id) {
  const address = `api/v1/stations/${encodeURIComponent(id)}/history`;
  const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

function show(figure, { points, from, to }, timeZone) {
  const now = new Date(to);
  const hours = Math.round((now - new Date(from)) / 3_600_000);
  const [went, came] = [total(points, "departures"), total(points, "arrivals")];
  const known = points.filter(({ bikes }) => bikes !== null);
  const words = [`Last ${hours} h: ${count(went, "departure")}, ${count(came, "arrival")}`];
  if (known.length) words.push(range(known.map(({ bikes }) => bikes)));
  const caption = `${words.join("; ")}.`;
  const label = known.length ? `Bikes over time. ${turns(known, timeZone, now)}` : "Trips over time.";
  const picture = known.length ? bikesOf(points) : tripsOf(points);
  const svg = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, preserveAspectRatio: "none" }, picture);
  figure.replaceChildren(svg, make("figcaption", {}, caption));
}

/** Draw the number of bikes, step by step. */
function bikesOf(points) {
  const most = Math.max(1, ...points.map(({ bikes }) => bikes ?? 0));
  const wide = WIDTH / points.length;
  const bars = points.map(({ bikes }, n) => (bikes === null ? null : bar(n * wide, wide, (bikes / most) * HEIGHT)));
  return drawn("g", { class: "bikes" }, ...bars);
}

/** Draw how busy it was, where bikes are not known. */
function tripsOf(points) {
  const most = Math.max(1, ...points.map(({ departures, arrivals }) => departures + arrivals));
  const wide = WIDTH / points.length;
  const bars = points.map((point, n) => bar(n * wide, wide, ((point.departures + point.arrivals) / most) * HEIGHT));
  return drawn("g", { class: "trips" }, ...bars);
}

function bar(x, width, height) {
  const tall = Math.max(1, height);
  return drawn("rect", { x: x + 0.5, y: HEIGHT - tall, width: width - 1, height: tall });
}

function turns(known, timeZone, now) {
  const [first, last] = [known[0], known.at(-1)];
  const least = known.reduce((low, point) => (point.bikes < low.bikes ? point : low));
  const most = known.reduce((high, point) => (point.bikes > high.bikes ? point : high));
  const told = ({ bikes, at }) => `${bikes} at ${moment(new Date(at), timeZone, now)}`;
  return `From ${told(first)} to ${last.bikes} now; fewest ${told(least)}, most ${told(most)}.`;
}

function range(bikes) {
  const [least, most] = [Math.min(...bikes), Math.max(...bikes)];
  return least === most ? `${count(least, "bike")} all along` : `between ${least} and ${most} bikes`;
}

function total(points, name) {
  return points.reduce((sum, point) => sum + point[name], 0);
}

function count(number, word) {
  return `${number || "no"} ${word}${number === 1 ? "" : "s"}`;
}

function drawn(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter(Boolean));
  return element;
}
