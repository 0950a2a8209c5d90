import { LARGEST_DRIFT } from "./playout";
import { RATE_HZ } from "./wire";

/** Closer than this nobody can tell, so the sound is left as it is. */
const CLOSE_S = 0.001;
/** Further off than this, drifting would take minutes. */
const FAR_S = 0.25;
/** How long drifting takes for what is small. */
const WITHIN_S = 10;
/** Measurements that a step is taken on: single ones are a few milliseconds off. */
const ENOUGH = 10;

/** What to do so that what is heard comes to be what is due. */
export type Step =
  | { readonly order: "drift"; readonly pace: number }
  | { readonly order: "leap" | "rest"; readonly count: number };

/** Keeps what is heard with what is due, by steps so small or so seldom that nobody hears them. */
export class Steadying {
  #behind: number[] = [];
  #off_ms = 0;

  /** How far what was heard lay behind what was due, when last looked at; less than 0 is ahead. */
  get off_ms(): number {
    return this.#off_ms;
  }

  /** Takes note of being so many samples behind; answers what to do, when it is time to. */
  measured(behind: number): Step | undefined {
    this.#behind.push(behind);
    if (this.#behind.length < ENOUGH) return undefined;
    const sorted = this.#behind.sort((a, b) => a - b);
    const middle = sorted[ENOUGH >> 1] ?? 0;
    this.#behind = [];
    this.#off_ms = (middle / RATE_HZ) * 1000;
    return step(middle);
  }

  /** Forgets what was measured. */
  restart(): void {
    this.#behind = [];
  }
}

/** What to do about being `behind` so many samples. */
export function step(behind: number): Step {
  const behind_s = behind / RATE_HZ;
  if (Math.abs(behind_s) < CLOSE_S) return { order: "drift", pace: 1 };
  if (behind_s > FAR_S) return { order: "leap", count: Math.round(behind) };
  if (behind_s < -FAR_S) return { order: "rest", count: Math.round(-behind) };
  const drift = Math.min(LARGEST_DRIFT, Math.max(-LARGEST_DRIFT, behind_s / WITHIN_S));
  return { order: "drift", pace: 1 + drift };
}
