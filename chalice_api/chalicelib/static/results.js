// The list beside the map: the same stations, nearest first, for eyes, keys and screen readers.

import { byId, make } from "./dom.js";
import { WALK_M_PER_MINUTE } from "./places.js";
import { nameOf, outlook } from "./station.js";

export class ResultList {
  constructor({ onChoose, blockM }) {
    this.list = byId("results-list");
    this.title = byId("results-title");
    this.note = byId("results-note");
    this.blockM = blockM;
    this.order = "";
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) onChoose(button.dataset.station);
    });
  }

  /** Show rows under a title; rows that stay keep their elements, and so the reader's place. */
  show({ title, note, rows, need }) {
    setText(this.title, title);
    setText(this.note, note);
    const order = rows.map(({ feature }) => feature.id).join("\n");
    if (order !== this.order) {
      this.order = order;
      this.rebuild(rows);
    }
    rows.forEach((row, index) => this.fill(this.list.children[index], row, need));
  }

  rebuild(rows) {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.station : null;
    this.list.replaceChildren(...rows.map(({ feature }) => emptyRow(feature.id)));
    if (focused) [...this.list.querySelectorAll("button")].find((b) => b.dataset.station === focused)?.focus();
  }

  fill(item, { feature, metres }, need) {
    const station = feature.properties;
    const { state, count } = outlook(station, need);
    const [badge, name, way] = item.querySelectorAll(".badge, .name, .way");
    item.className = state;
    setText(badge, { open: count, none: 0, closed: "×", unknown: "?" }[state]);
    setText(name, nameOf(station));
    setText(way, [describe(state, count, need, station), this.distance(metres)].filter(Boolean).join(" · "));
  }

  distance(metres) {
    if (metres === null) return "";
    const blocks = metres / this.blockM;
    const minutes = Math.max(1, Math.ceil(metres / WALK_M_PER_MINUTE));
    return `${Math.round(metres)} m · ${blocks.toFixed(1)} blocks · ${minutes} min walk`;
  }
}

function emptyRow(id) {
  return make(
    "li",
    {},
    make(
      "button",
      { type: "button", "data-station": id },
      make("span", { class: "badge", "aria-hidden": "true" }),
      make("span", { class: "text" }, make("span", { class: "name" }), make("span", { class: "way" })),
    ),
  );
}

function describe(state, count, need, station) {
  if (state === "closed") return "Closed";
  if (state === "unknown") return `${need === "bike" ? "Bikes" : "Docks"} not known`;
  const wanted = need === "bike" ? plural(count, "bike") : plural(count, "open dock");
  const other = need === "bike" ? station.num_docks_available : station.num_bikes_available;
  if (other === null) return wanted;
  return `${wanted}, ${need === "bike" ? plural(other, "dock") : plural(other, "bike")}`;
}

function plural(count, word) {
  return `${count === 0 ? "no" : count} ${word}${count === 1 ? "" : "s"}`;
}

function setText(element, text) {
  const value = String(text ?? "");
  if (element.textContent !== value) element.textContent = value;
}
