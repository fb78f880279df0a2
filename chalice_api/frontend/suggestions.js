// Suggestions while typing: stations and crossings whose words begin with the typed ones.

import { make } from "./dom.js";
import { nameOf } from "./station.js";
import { JOINING, SHORT_FORMS } from "./words.js";

const MOST = 6;
const SHORTEST_WITH_SLIP = 4;
const ORDINAL = /^(\d+)(?:st|nd|rd|th)$/;
const split = new WeakMap();

/** Split a name into plain words in their short forms, as the search itself does. */
export function wordsOf(text) {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word && !JOINING.includes(word))
    .map((word) => word.replace(ORDINAL, "$1"))
    .map((word) => SHORT_FORMS[word] ?? word);
}

/** Find stations with a word for every typed prefix; allow one typo per word if nothing fits better. */
export function suggest(typed, features) {
  const asked = wordsOf(typed);
  if (!asked.length) return [];
  const all = [...features];
  const found = fitting(asked, all, (own, word) => own.startsWith(word));
  return found.length ? found : fitting(asked, all, nearlyStartsWith);
}

function fitting(asked, features, fits) {
  const found = [];
  for (const feature of features) {
    const words = wordsOfFeature(feature);
    if (!eachHasItsOwn(asked, words, fits)) continue;
    found.push({ feature, rank: fits(words[0], asked[0]) ? 0 : 1 });
  }
  const inOrder = new Intl.Collator(undefined, { numeric: true });
  const name = ({ feature }) => nameOf(feature.properties);
  found.sort((a, b) => a.rank - b.rank || inOrder.compare(name(a), name(b)));
  return found.slice(0, MOST).map(({ feature }) => feature);
}

/** Split each name only once, however much is typed. */
function wordsOfFeature(feature) {
  if (!split.has(feature)) split.set(feature, wordsOf(nameOf(feature.properties)));
  return split.get(feature);
}

/** Match each word of a name to one typed word only: "1 1" needs two ones. */
function eachHasItsOwn(asked, words, fits) {
  const left = [...words];
  return asked.every((word) => {
    const exact = left.indexOf(word);
    const index = exact >= 0 ? exact : left.findIndex((own) => fits(own, word));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

function nearlyStartsWith(own, word) {
  if (own.startsWith(word)) return true;
  // A different number is a different street, not a typo.
  if (word.length < SHORTEST_WITH_SLIP || /^\d+$/.test(word)) return false;
  return [-1, 0, 1].some((more) => isOneSlip(own.slice(0, word.length + more), word));
}

/** Return whether a letter was changed, left out or added, or two were swapped. */
function isOneSlip(a, b) {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}

/** The list under the search box, following ARIA's combobox pattern. */
export class Suggestions {
  constructor({ input, list, features, onChoose }) {
    Object.assign(this, { input, list, features, onChoose });
    this.active = -1;
    input.addEventListener("input", () => this.open());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // The box keeps the focus, and a press can still be cancelled.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
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
