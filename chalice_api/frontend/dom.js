// Elements are built from text, never from HTML, so a feed cannot inject markup.

/** Create an element with attributes and children; strings become text nodes. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Create a button with a click handler. */
export function button(attributes, text, onClick) {
  const element = make("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", onClick);
  return element;
}

/** Find the one element with an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Announce something to screen readers. */
export function announce(text) {
  byId("announcement").textContent = text;
}
