// How old the picture is, in words, by the data's clock rather than ours.

const FRESH_S = 90;
const AGEING_S = 300;
const DAY_S = 86_400;
const YEAR_S = 365.25 * DAY_S;
const LONG_AGO_S = 1.5 * DAY_S;
const LOST_AFTER_S = 15;
const clocks = new Map();

/** Format a span briefly: "12 s", "4 min", "3 h", "2 days", "7 years". */
export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 90 * 60) return `${Math.round(s / 60)} min`;
  if (s < LONG_AGO_S) return `${Math.round(s / 3600)} h`;
  if (s < 2 * YEAR_S) return `${Math.round(s / DAY_S)} days`;
  return `${Math.round(s / YEAR_S)} years`;
}

/** Format a moment in the system's own time zone. */
export function moment(date, timeZone, now) {
  const then = partsOf(date, timeZone);
  const today = partsOf(now, timeZone);
  const time = `${then.hour}:${then.minute}`;
  if (["year", "month", "day"].every((part) => then[part] === today[part])) return time;
  const year = Math.abs(now - date) > 300 * DAY_S * 1000 ? ` ${then.year}` : "";
  return `${then.day} ${then.month}${year}, ${time}`;
}

function partsOf(date, timeZone) {
  return Object.fromEntries(clockOf(timeZone).formatToParts(date).map(({ type, value }) => [type, value]));
}

/** Cache the formatter, which takes a slow phone 70 ms to create. */
function clockOf(timeZone) {
  const parts = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (!clocks.has(timeZone)) clocks.set(timeZone, new Intl.DateTimeFormat("en-GB", { timeZone, ...parts }));
  return clocks.get(timeZone);
}

/** Return whether old data is being replayed: its clock has moved recently. */
export function isReplay({ asOf, movedAt }, now) {
  if (asOf === null || movedAt === null) return false;
  return (now - asOf) / 1000 > DAY_S && (now - movedAt) / 1000 <= AGEING_S;
}

/**
 * Judge a picture: its level, the words for it, and whether it is too old to be shown as current.
 * Lost contact takes precedence over the data's own age.
 */
export function freshness(picture, now, timeZone) {
  const { asOf, receivedAt, staleSince, failures, isReached } = picture;
  const trouble = isReached ? "Not updating" : "No connection";
  const silentS = receivedAt === null ? 0 : (now - (staleSince ?? receivedAt)) / 1000;
  if ((failures || staleSince) && silentS > LOST_AFTER_S) {
    return said("lost", trouble, `picture ${span(silentS)} old`, silentS > AGEING_S);
  }
  if (receivedAt === null) return failures ? said("lost", trouble, "trying again") : said("waiting", "Loading");
  if (asOf === null) return said("waiting", "No data yet");
  if (isReplay(picture, now)) return said("replay", "Replay", moment(asOf, timeZone, now));
  const ageS = (now - asOf) / 1000;
  if (ageS > LONG_AGO_S) return said("stale", "Out of date", `as of ${moment(asOf, timeZone, now)}`, true);
  if (ageS > AGEING_S) return said("stale", "Out of date", `${span(ageS)} old`, true);
  if (ageS > FRESH_S) return said("ageing", "Ageing", `${span(ageS)} old`);
  return said("fresh", "Live", `${span(ageS)} ago`);
}

function said(level, word, detail = "", outdated = false) {
  return { level, word, detail, outdated };
}
