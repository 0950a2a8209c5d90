/** Samples on either side that a value between two samples is made of. */
export const REACH = 16;

const PHASES = 256;
const TAPS = 2 * REACH;
/** Kaiser's beta: the side lobes lie 80 dB down, and what is lost begins at 19 kHz. */
const BETA = 8;

/**
 * Values between samples: a sinc under a Kaiser window, tabulated. A value at a sample is that
 * sample exactly.
 */
export class Between {
  readonly #table = new Float32Array((PHASES + 1) * TAPS);
  readonly #weights = new Float32Array(TAPS);

  constructor() {
    for (let phase = 0; phase <= PHASES; phase++)
      for (let tap = 0; tap < TAPS; tap++)
        this.#table[phase * TAPS + tap] = tapAt(tap - REACH + 1 - phase / PHASES);
  }

  /** Weights of the samples from `-REACH + 1` to `REACH` for a value at `fraction`, from 0 to 1. */
  weights(fraction: number): Float32Array {
    const place = fraction * PHASES;
    const phase = Math.min(PHASES - 1, Math.floor(place));
    const share = place - phase;
    for (let tap = 0; tap < TAPS; tap++) {
      const low = this.#table[phase * TAPS + tap] ?? 0;
      const high = this.#table[(phase + 1) * TAPS + tap] ?? 0;
      this.#weights[tap] = low + share * (high - low);
    }
    return this.#weights;
  }
}

function tapAt(distance: number): number {
  if (distance === 0) return 1;
  const inside = 1 - (distance / REACH) ** 2;
  if (inside <= 0 || Number.isInteger(distance)) return 0;
  const sinc = Math.sin(Math.PI * distance) / (Math.PI * distance);
  return (sinc * bessel(BETA * Math.sqrt(inside))) / bessel(BETA);
}

/** The modified Bessel function of the first kind, of order 0, by its power series. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
