// Requests to others: the server resolves a place, the browser reports its position.

const TIMEOUT_MS = 10_000;
const KNOWN_FOR_MS = 30_000;
const LONGEST_SEARCH = 200;
const DENIED = 1;
const NO_CONNECTION = "No connection: the search could not be asked. The map shows the last picture; try again in a moment.";
const NO_ANSWER = "The search was not answered. The map shows the last picture; try again in a moment.";
const INSTEAD = "Type a station, a crossing or coordinates instead.";

/** Ask the server to resolve a place; if it cannot, it says why in plain words. */
export async function readPlace(text) {
  if (text.length > LONGEST_SEARCH) return { message: "That is too long for a place. Name a station, or two streets that cross." };
  try {
    const address = `api/v1/geocode?${new URLSearchParams({ q: text })}`;
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer = await response.json();
    // An error page of a gateway is no answer either.
    if (!answer.place && !answer.detail) return { message: NO_ANSWER };
    return { place: answer.place, message: answer.detail, suggestions: answer.suggestions };
  } catch {
    return { message: NO_CONNECTION };
  }
}

/** Return whether this browser can report its position. */
export function canLocate() {
  return Boolean(navigator.geolocation) && isSecureContext;
}

/** Ask the browser for its position, which it asks the rider's permission for. */
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
