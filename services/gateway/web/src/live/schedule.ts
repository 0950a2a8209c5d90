import { RATE_HZ } from "./wire";

/** Frames that are looked at: six seconds of them. */
const KEPT = 64;
/** What must wait at least when a frame is due, beside what it may come late. */
const SPARE_MS = 150;
const STEP_MS = 100;
const [SHORTEST_MS, USUAL_MS, LONGEST_MS] = [300, 400, 500];
/** How long frames must come evenly before less is kept waiting. */
const CALM_MS = 20_000;

interface Seen {
  /** When its first sample would have been rendered, had everything gone evenly. */
  readonly line_us: number;
  /** When it came, on the same line; not a number for what had been waiting for us to come. */
  readonly came_us: number;
}

/**
 * When each sample is to be heard: so long after it was rendered, for everyone who listens, that
 * frames are there in time. All who hear a station over a fair line hear the same at the same time.
 */
export class Schedule {
  #seen: Seen[] = [];
  #delay_ms = USUAL_MS;
  #evenSince_us = Number.NaN;

  /** How long after rendering samples are to be heard; from 300 to 500 ms. */
  get delay_ms(): number {
    return this.#delay_ms;
  }

  /** How much later than the earliest frames the late ones came. */
  get jitter_ms(): number {
    const came = this.#arrivals().sort((a, b) => a - b);
    const late = came[Math.floor(0.98 * (came.length - 1))] ?? 0;
    return (late - (came[0] ?? 0)) / 1000;
  }

  /**
   * Takes note of a frame: where it belongs, when it was rendered and when it came, by the server's
   * clock; not a number where it had been waiting for us to come.
   */
  note(position: number, rendered_us: number, came_us: number): void {
    const start_us = (position / RATE_HZ) * 1e6;
    this.#seen.push({ line_us: rendered_us - start_us, came_us: came_us - start_us });
    if (this.#seen.length > KEPT) this.#seen.shift();
    if (!Number.isNaN(came_us)) this.#adapt(came_us);
  }

  /** Forgets what was seen: the stream goes on at another pace of its own. */
  restart(): void {
    this.#seen = [];
    this.#evenSince_us = Number.NaN;
  }

  /** Keeps more waiting at once: it was too little. */
  ranShort(): void {
    this.#delay_ms = Math.min(LONGEST_MS, this.#delay_ms + STEP_MS);
    this.#evenSince_us = Number.NaN;
  }

  /** The position that is to be heard at a time of the server; undefined before the first frame. */
  due(server_us: number): number | undefined {
    if (!this.#seen.length) return undefined;
    return ((server_us - this.#line_us() - this.#delay_ms * 1000) / 1e6) * RATE_HZ;
  }

  /**
   * The line that is counted from. Where frames come so late, or so early, that the clocks of the
   * renderer and of the gateway cannot agree, it is counted from their arrival.
   */
  #line_us(): number {
    const line_us = median(this.#seen.map((seen) => seen.line_us));
    const came_us = Math.min(...this.#arrivals());
    if (came_us === Number.POSITIVE_INFINITY) return line_us;
    const way_ms = (came_us - line_us) / 1000;
    const trusted = way_ms > -LONGEST_MS && way_ms < this.#delay_ms - SPARE_MS;
    return trusted ? line_us : came_us;
  }

  #arrivals(): number[] {
    return this.#seen.map(({ came_us }) => came_us).filter((came_us) => !Number.isNaN(came_us));
  }

  #adapt(now_us: number): void {
    if (this.#arrivals().length < KEPT / 2) return;
    const needed_ms = Math.ceil((SPARE_MS + 2 * this.jitter_ms) / STEP_MS) * STEP_MS;
    const wanted_ms = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, needed_ms));
    if (wanted_ms >= this.#delay_ms) {
      this.#delay_ms = wanted_ms;
      this.#evenSince_us = now_us;
    } else if (!(now_us - this.#evenSince_us < CALM_MS * 1000)) {
      if (!Number.isNaN(this.#evenSince_us)) this.#delay_ms -= STEP_MS;
      this.#evenSince_us = now_us;
    }
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
