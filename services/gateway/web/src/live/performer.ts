import { Playout, type PlayoutState } from "./playout";
import type { Ring } from "./ring";

/** What is said to the playout. */
export type Order =
  | { readonly order: "begin" | "leap" | "rest"; readonly count: number }
  | { readonly order: "drift"; readonly pace: number }
  | { readonly order: "end" | "clear" }
  | { readonly order: "write"; readonly samples: Float32Array };

/** What it says of itself, and when that was by the clock of the audio context. */
export interface Report extends PlayoutState {
  readonly time_s: number;
  /** Root mean square of the left channel since the report before. */
  readonly loudness: number;
}

const REPORTS_HZ = 10;

/** Plays what waits in a ring, as it is ordered to, and reports; in whatever thread sound is made. */
export class Performer {
  readonly #ring: Ring;
  readonly #playout: Playout;
  readonly #rate_hz: number;
  readonly #tell: (report: Report) => void;
  #untilReport = 0;
  #played = false;
  #sum = 0;
  #samples = 0;

  constructor(ring: Ring, rate_hz: number, tell: (report: Report) => void) {
    this.#ring = ring;
    this.#playout = new Playout(ring);
    this.#rate_hz = rate_hz;
    this.#tell = tell;
  }

  obey(said: Order): void {
    if (said.order === "write") this.#ring.write(said.samples);
    else if (said.order === "begin") this.#playout.begin(said.count);
    else if (said.order === "leap") this.#playout.leap(said.count);
    else if (said.order === "rest") this.#playout.rest(said.count);
    else if (said.order === "drift") this.#playout.drift(said.pace);
    else if (said.order === "end") this.#playout.end();
    else this.#playout.clear();
  }

  /** Fills one block, which begins at this time of the audio clock. */
  perform(left: Float32Array, right: Float32Array, from_s: number): void {
    this.#playout.fill(left, right);
    for (const value of left) this.#sum += value * value;
    this.#samples += left.length;
    this.#untilReport -= left.length;
    const { playing } = this.#playout.state;
    const changed = playing !== this.#played;
    this.#played = playing;
    if (this.#untilReport > 0 && !changed) return;
    this.#untilReport = this.#rate_hz / REPORTS_HZ;
    const loudness = Math.sqrt(this.#sum / this.#samples);
    this.#sum = 0;
    this.#samples = 0;
    const time_s = from_s + left.length / this.#rate_hz;
    this.#tell({ ...this.#playout.state, time_s, loudness });
  }
}
