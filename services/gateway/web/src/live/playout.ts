import { MARGIN, type Ring } from "./ring";
import { Between, REACH } from "./sinc";

/** 10 ms at 44.1 kHz: long enough not to click, short enough not to be heard as a fade. */
export const FADE = 441;
/** No ear notices a pitch so little off: less than a cent. */
export const LARGEST_DRIFT = 0.0005;

/** What the playout tells of itself. */
export interface PlayoutState {
  /** Samples taken from the ring, modulo 2^32; the next one is heard next. */
  readonly read: number;
  readonly fill: number;
  readonly playing: boolean;
  readonly underruns: number;
}

/**
 * Turns what waits in a ring into sound, block by block, without ever making a click: it fades in
 * when told to begin, fades out before the ring is empty, fades across what is left out, and plays
 * a little faster or slower as it is told. It allocates nothing while it plays.
 */
export class Playout {
  readonly #ring: Ring;
  readonly #between = new Between();
  #playing = false;
  #gain = 0;
  #pace = 1;
  #fraction = 0;
  /** Samples of silence still to come before it plays on. */
  #rest = 0;
  /** Samples to leave out: the way is faded across while `#crossed` goes from 0 to FADE. */
  #leap = 0;
  #crossed = 0;
  #ending = false;
  #underruns = 0;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  get state(): PlayoutState {
    const { read, fill } = this.#ring;
    return { read, fill, playing: this.#playing, underruns: this.#underruns };
  }

  /** Begins, leaving out the first samples. */
  begin(leftOut = 0): void {
    this.#ring.advance(Math.min(Math.max(0, Math.round(leftOut)), this.#ring.fill));
    this.#fraction = 0;
    this.#gain = 0;
    this.#rest = 0;
    this.#leap = 0;
    this.#ending = false;
    this.#playing = true;
  }

  /** Fades out and stops; what waits in the ring stays there. */
  end(): void {
    this.#ending = true;
  }

  /** Throws away all that waits. Only while it does not play. */
  clear(): void {
    if (!this.#playing) this.#ring.advance(this.#ring.fill);
  }

  /** How fast it plays: 1 is as written. */
  drift(pace: number): void {
    this.#pace = Math.min(1 + LARGEST_DRIFT, Math.max(1 - LARGEST_DRIFT, pace));
  }

  /** Leaves out samples, across a fade. */
  leap(samples: number): void {
    const most = this.#ring.fill - 4 * FADE;
    if (this.#leap || !this.#playing || samples > most) return;
    this.#leap = Math.round(samples);
    this.#crossed = 0;
  }

  /** Falls silent for so many samples, and plays on where it was. */
  rest(samples: number): void {
    this.#rest = Math.round(samples);
  }

  /** Fills one block. */
  fill(left: Float32Array, right: Float32Array): void {
    for (let n = 0; n < left.length; n++) {
      if (!this.#advanceGain()) {
        left[n] = 0;
        right[n] = 0;
        continue;
      }
      const weights = this.#fraction === 0 ? undefined : this.#between.weights(this.#fraction);
      left[n] = this.#gain * this.#crossing(0, weights);
      right[n] = this.#gain * this.#crossing(1, weights);
      this.#step();
    }
  }

  /** Moves the gain a step towards where it belongs; false where there is nothing to hear. */
  #advanceGain(): boolean {
    if (!this.#playing) return false;
    const left = this.#ring.fill - REACH - 1 - (this.#leap && this.#leap + FADE);
    const most = Math.min(1, Math.max(0, left / FADE));
    const silent = this.#rest > 0 || this.#ending;
    const step = silent ? -1 / FADE : 1 / FADE;
    this.#gain = Math.max(0, Math.min(most, this.#gain + step));
    if (this.#gain > 0) return true;
    if (this.#rest > 0) this.#rest--;
    else if (!this.#ending) this.#underruns++;
    if (this.#rest === 0 && (this.#ending || left <= 0)) this.#stop();
    return false;
  }

  #stop(): void {
    this.#playing = false;
    this.#ending = false;
    this.#leap = 0;
  }

  #crossing(channel: number, weights: Float32Array | undefined): number {
    const here = this.#value(0, channel, weights);
    if (!this.#leap) return here;
    const share = this.#crossed / FADE;
    return here * (1 - share) + share * this.#value(this.#leap, channel, weights);
  }

  #value(ahead: number, channel: number, weights: Float32Array | undefined): number {
    if (!weights) return this.#ring.at(ahead, channel);
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap++)
      sum += (weights[tap] ?? 0) * this.#ring.at(ahead + tap - REACH + 1, channel);
    return sum;
  }

  #step(): void {
    this.#fraction += this.#pace;
    const whole = Math.floor(this.#fraction);
    this.#fraction -= whole;
    this.#ring.advance(whole);
    if (!this.#leap) return;
    this.#crossed++;
    if (this.#crossed < FADE) return;
    this.#ring.advance(this.#leap);
    this.#leap = 0;
  }
}

if (MARGIN < REACH) throw new RangeError("the ring forgets what the filter needs");
