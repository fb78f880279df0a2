// Questions to others: the server reads a place, the browser says where it is.

const TIMEOUT_MS = 10_000;
const KNOWN_FOR_MS = 30_000;
const LONGEST_SEARCH = 200;
const DENIED = 1;
const NO_CONNECTION = "No connection: the search could not be asked. The map shows the last picture; try again in a moment.";
const NO_ANSWER = "The search was not answered. The map shows the last picture; try again in a moment.";
const INSTEAD = "Type a station, a crossing or coordinates instead.";

/** Ask the server to read a place; it says in plain words why it cannot. */
export async function readPlace(text) {
  if (text.length > LONGEST_SEARCH) return { message: "That is too long for a place. Name a station, or two streets that cross." };
  try {
    const address = `api/v1/geocode?${new URLSearchParams({ q: text })}`;
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer = await response.json();
    // What a gateway says in its own form is no answer either.
    if (!answer.place && !answer.detail) return { message: NO_ANSWER };
    return { place: answer.place, message: answer.detail, suggestions: answer.suggestions };
  } catch {
    return { message: NO_CONNECTION };
  }
}

/** Tell whether this browser can be asked where it is. */
export function canLocate() {
  return Boolean(navigator.geolocation) && isSecureContext;
}

/** Ask the browser where it is; it asks its rider first. */
export function whereAmI() {
  const options = { enableHighAccuracy: true, timeout: TIMEOUT_MS, maximumAge: KNOWN_FOR_MS };
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ place: { lat: coords.latitude, lon: coords.longitude, name: "you" } }),
      ({ code }) => resolve({ message: code === DENIED ? `Your browser may not say where you are. ${INSTEAD}` : `Your browser could not find out where you are. ${INSTEAD}` }),
      options,
    );
  });
}
