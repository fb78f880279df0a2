// How old the picture is, in words; the clock is the data's, not ours.

const FRESH_S = 90;
const AGEING_S = 300;
const REPLAY_S = 86_400;
const LOST_AFTER_S = 15;

/** Say a span shortly: "12 s", "4 min", "3 h", "2 days". */
export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return `${s} s`;
  if (s < 90 * 60) return `${Math.round(s / 60)} min`;
  if (s < 36 * 3600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} days`;
}

/** Show a moment on the system's own clock. */
export function moment(date, timeZone, now) {
  const sameDay = dayOf(date, timeZone) === dayOf(now, timeZone);
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const day = { day: "numeric", month: "short" };
  if (Math.abs(now - date) > 300 * REPLAY_S * 1000) day.year = "numeric";
  return new Intl.DateTimeFormat("en-GB", { timeZone, ...(sameDay ? {} : day), ...time }).format(date);
}

function dayOf(date, timeZone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(date);
}

/**
 * Judge a picture: its level, how to say it, and whether it is too old to be shown as if it were now.
 * Lost contact comes before the data's own age.
 */
export function freshness({ asOf, receivedAt, now, timeZone }) {
  const silentS = receivedAt === null ? 0 : (now - receivedAt) / 1000;
  if (silentS > LOST_AFTER_S) {
    return said("lost", "No connection", `picture ${span(silentS)} old`, silentS > AGEING_S);
  }
  if (receivedAt === null) return said("waiting", "Loading", "");
  if (asOf === null) return said("waiting", "No data yet", "");
  const ageS = (now - asOf) / 1000;
  if (ageS > REPLAY_S) return said("replay", "Replay", moment(asOf, timeZone, now));
  if (ageS > AGEING_S) return said("stale", "Out of date", `${span(ageS)} old`, true);
  if (ageS > FRESH_S) return said("ageing", "Ageing", `${span(ageS)} old`);
  return said("fresh", "Live", `${span(ageS)} ago`);
}

function said(level, word, detail, outdated = false) {
  return { level, word, detail, outdated };
}
