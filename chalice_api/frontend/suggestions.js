// What may be meant while one types: stations whose words begin as the typed ones do.

import { make } from "./dom.js";
import { nameOf } from "./station.js";

const MOST = 6;

/** Split a name into plain lower-case words. */
export function wordsOf(text) {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

/** Find the stations that every typed word begins a word of. */
export function suggest(typed, features) {
  const asked = wordsOf(typed).filter((word) => word !== "and");
  if (!asked.length) return [];
  const found = [];
  for (const feature of features) {
    const words = wordsOf(nameOf(feature.properties));
    if (!asked.every((word) => words.some((own) => own.startsWith(word)))) continue;
    found.push({ feature, rank: words[0].startsWith(asked[0]) ? 0 : 1 });
  }
  found.sort((a, b) => a.rank - b.rank || nameOf(a.feature.properties).localeCompare(nameOf(b.feature.properties)));
  return found.slice(0, MOST).map(({ feature }) => feature);
}

/** The list under the search box, as ARIA's combobox pattern has it. */
export class Suggestions {
  constructor({ input, list, features, onChoose }) {
    Object.assign(this, { input, list, features, onChoose });
    this.active = -1;
    input.addEventListener("input", () => this.open());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.index));
    });
  }

  open() {
    this.found = suggest(this.input.value, this.features());
    this.active = -1;
    this.list.replaceChildren(
      ...this.found.map((feature, index) =>
        make(
          "li",
          { role: "option", id: `suggestion-${index}`, "data-index": index, "aria-selected": "false" },
          nameOf(feature.properties),
        ),
      ),
    );
    this.toggle(this.found.length > 0);
  }

  close() {
    this.toggle(false);
  }

  toggle(shown) {
    this.list.hidden = !shown;
    this.input.setAttribute("aria-expanded", String(shown));
    if (!shown) this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (this.list.hidden) return;
    if (event.key === "Escape") {
      this.close();
      event.preventDefault();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.move(event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    }
  }

  move(step) {
    const count = this.found.length;
    this.active = (this.active + step + count) % count;
    [...this.list.children].forEach((option, index) => {
      option.setAttribute("aria-selected", String(index === this.active));
    });
    this.input.setAttribute("aria-activedescendant", `suggestion-${this.active}`);
  }

  choose(index) {
    this.close();
    this.onChoose(this.found[index]);
  }
}
