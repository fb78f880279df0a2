// Elements made of text, never of HTML: what a feed says can only ever be read.

/** Make an element with attributes and children; a text becomes text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Make a button that does something. */
export function button(attributes, text, onClick) {
  const element = make("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", onClick);
  return element;
}

/** Find the one element with an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Say something aloud to those who listen to the page. */
export function announce(text) {
  byId("announcement").textContent = text;
}
