// The list beside the map: the same stations, nearest first, for readers, keyboards and screen readers.

import { byId, make } from "./dom.js";
import { walkOf } from "./places.js";
import { inWords, nameOf, outlook } from "./station.js";

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

  /** Show rows under a title; rows in the same order keep their elements, and so the focus. */
  show({ title, note, rows }, need) {
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
    if (focused) ([...this.list.querySelectorAll("button")].find((b) => b.dataset.station === focused) ?? byId("results")).focus();
  }

  fill(item, { feature, metres }, need) {
    const station = feature.properties;
    const { state, count } = outlook(station, need);
    const [badge, name, way, walk, metresText] = item.firstChild.querySelectorAll("[data-part]");
    item.className = state;
    setText(badge, { open: count, none: 0, closed: "×", unknown: "?" }[state]);
    setText(name, nameOf(station));
    setText(way, inWords(station, need));
    const { minutes, length } = metres === null ? {} : walkOf(metres, this.blockM);
    setText(walk, minutes);
    setText(metresText, length);
  }
}

function emptyRow(id) {
  const part = (tag, name) => make(tag, { class: name, "data-part": name });
  const badge = part("span", "badge");
  badge.setAttribute("aria-hidden", "true");
  return make(
    "li",
    {},
    make(
      "button",
      { type: "button", "data-station": id },
      badge,
      make("span", { class: "text" }, part("span", "name"), part("span", "way")),
      make("span", { class: "walk" }, part("b", "minutes"), part("span", "metres")),
    ),
  );
}

function setText(element, text) {
  const value = String(text ?? "");
  if (element.textContent !== value) element.textContent = value;
}
