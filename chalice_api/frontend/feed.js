// The stations, kept up to date: everything once, then only what changed.

const REFRESH_MS = 3000;
const LONGEST_WAIT_MS = 30_000;
const WHOLE_EVERY_MS = 600_000;
const TIMEOUT_MS = 10_000;
const DAY_MS = 86_400_000;
const ALL = "api/v1/stations.geojson";
const STATUS = "api/v1/status";

/** Follows the stations; reports every new picture and every tick of the clock. */
export class Feed {
  constructor({ onPicture, onBeat }) {
    this.onPicture = onPicture;
    this.onBeat = onBeat;
    this.stations = new Map();
    this.asOf = null;
    this.receivedAt = null;
    this.movedAt = null;
    this.staleSince = null;
    this.clockSkewMs = 0;
    this.version = null;
    this.etag = null;
    this.wholeAt = 0;
    this.failures = 0;
    this.isReached = false;
  }

  /** Start refreshing, for as long as the page is open; a hidden page requests nothing. */
  start() {
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
    addEventListener("online", () => this.refresh());
    setInterval(() => this.onBeat(this), 1000);
    return this.refresh();
  }

  /** Return the server's time, as a phone's clock may be wrong. */
  now() {
    return new Date(Date.now() + this.clockSkewMs);
  }

  async refresh() {
    clearTimeout(this.timer);
    if (this.busy) return;
    this.busy = true;
    try {
      await this.ask();
      this.failures = 0;
    } catch {
      // The picture stays, and its age is shown; tries back off.
      this.failures += 1;
    } finally {
      this.busy = false;
    }
    this.onBeat(this);
    const wait = Math.min(REFRESH_MS * 2 ** this.failures, LONGEST_WAIT_MS);
    if (!document.hidden) this.timer = setTimeout(() => this.refresh(), wait);
  }

  async ask() {
    const whole = this.version === null || Date.now() - this.wholeAt > WHOLE_EVERY_MS;
    const address = whole ? ALL : `${ALL}?since_version=${this.version}`;
    const headers = this.etag && !whole ? { "If-None-Match": this.etag } : {};
    this.isReached = false;
    const response = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    this.isReached = true;
    if (response.status !== 304 && !response.ok) throw new Error(`status ${response.status}`);
    this.receivedAt = this.tellTime(response);
    if (response.status === 304) return;
    this.etag = response.headers.get("ETag");
    await this.take(await response.json(), whole);
  }

  tellTime(response) {
    const served = Date.parse(response.headers.get("Date"));
    // The Date header has whole seconds, so a small difference is not skew.
    const skew = served - Date.now();
    this.clockSkewMs = Math.abs(skew) > 2000 ? skew : 0;
    return this.now();
  }

  /** Note when the data's clock last moved, which tells a replay from data that is out of date. */
  setClock(asOf) {
    if (this.asOf !== null && Number(asOf) !== Number(this.asOf)) this.movedAt = this.now();
    this.asOf = asOf;
  }

  async take(collection, whole) {
    const gone = new Set(whole ? this.stations.keys() : []);
    for (const feature of collection.features) {
      this.stations.set(feature.id, feature);
      gone.delete(feature.id);
    }
    gone.forEach((id) => this.stations.delete(id));
    const isFirst = this.asOf === null;
    this.setClock(collection.as_of === null ? null : new Date(collection.as_of));
    // While the database is down, the service repeats its last picture and says since when.
    this.staleSince = collection.stale_since ? new Date(collection.stale_since) : null;
    this.version = collection.version;
    if (whole) this.wholeAt = Date.now();
    // A station that was removed or merged into another shows only in the count.
    if (this.stations.size !== collection.station_count) this.version = null;
    await this.onPicture(this, collection.features, [...gone]);
    if (isFirst && this.asOf !== null && this.now() - this.asOf > DAY_MS) this.movedAt = await lastBatchAt();
  }
}

/** Return when the stream last applied a batch; null if unknown, so that old data is out of date. */
async function lastBatchAt() {
  try {
    const response = await fetch(STATUS, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const { lanes } = await response.json();
    const moments = Object.values(lanes).map(({ applied_at: at }) => Date.parse(at));
    return moments.length ? new Date(Math.max(...moments)) : null;
  } catch {
    return null;
  }
}
