// What this browser remembers between visits: what was needed last.

const NEED = "bikeshare.need";

/** Recall what was needed last. */
export function rememberedNeed() {
  try {
    return localStorage.getItem(NEED);
  } catch {
    return null;
  }
}

/** Keep what is needed for the next visit. */
export function rememberNeed(need) {
  try {
    localStorage.setItem(NEED, need);
  } catch {
    // Without storage, everything else still works.
  }
}
