import { FADE } from "./playout";
import { FRAME, type Frame } from "./wire";

const CHANNELS = 2;
/** Runs that are remembered. */
const KEPT = 1024;
const FURTHEST_BACK = 50 * FRAME;

/**
 * Makes one sound of frames. The last 10 ms of each are held back until the next one is there: where
 * that does not follow, the two are faded across. It remembers which position each sample had.
 */
export class Joining {
  #tail: Float32Array = new Float32Array(0);
  #next: number | undefined;
  #written = 0;
  /** Where runs of samples began: in the stream, and in what was written. */
  #runs: { written: number; position: number }[] = [];

  /** The position that the next frame must have to follow; undefined before the first. */
  get next(): number | undefined {
    return this.#next;
  }

  /** Whether the frame follows the one before it. */
  follows(frame: Frame): boolean {
    return frame.position === this.#next && !frame.discontinuity;
  }

  /** What to write for a frame. One that was there already gives nothing. */
  joined(frame: Frame): Float32Array {
    if (this.#repeats(frame)) return new Float32Array(0);
    if (this.follows(frame)) return this.#append(frame.samples);
    const faded = this.#tail.length ? across(this.#tail, frame.samples) : frame.samples;
    this.#tail = new Float32Array(0);
    this.#runs.push({ written: this.#written, position: frame.position });
    if (this.#runs.length > KEPT) this.#runs.shift();
    this.#next = frame.position;
    return this.#append(faded);
  }

  /** The position of what is so far into what was written. */
  positionOf(written: number): number | undefined {
    const run = this.#runs.findLast((each) => each.written <= written) ?? this.#runs[0];
    return run && run.position + written - run.written;
  }

  /** Where in what was written a position begins, as far as it was written. */
  placeOf(position: number): number | undefined {
    const run = this.#runs.findLast((each) => each.position <= position) ?? this.#runs[0];
    return run && run.written + position - run.position;
  }

  /** How many samples were handed out. */
  get written(): number {
    return this.#written;
  }

  /** Whether it was there already; what lies further back is a stream that began anew. */
  #repeats(frame: Frame): boolean {
    const back = (this.#next ?? 0) - frame.position;
    return back > 0 && back <= FURTHEST_BACK && !frame.discontinuity;
  }

  #append(samples: Float32Array): Float32Array {
    const all = new Float32Array(this.#tail.length + samples.length);
    all.set(this.#tail);
    all.set(samples, this.#tail.length);
    const held = Math.min(all.length, FADE * CHANNELS);
    this.#tail = all.slice(all.length - held);
    this.#next = (this.#next ?? 0) + samples.length / CHANNELS;
    this.#written += (all.length - held) / CHANNELS;
    return all.subarray(0, all.length - held);
  }
}

/** The end of one sound faded into the beginning of another: as loud throughout. */
function across(tail: Float32Array, samples: Float32Array): Float32Array {
  const faded = samples.slice();
  const count = Math.min(tail.length, faded.length);
  for (let n = 0; n < count; n++) {
    const share = ((n >> 1) + 1) / (count / CHANNELS + 1);
    faded[n] =
      (tail[n] ?? 0) * Math.cos((share * Math.PI) / 2) +
      (faded[n] ?? 0) * Math.sin((share * Math.PI) / 2);
  }
  return faded;
}

if (FADE >= FRAME) throw new RangeError("a frame is shorter than a fade");
