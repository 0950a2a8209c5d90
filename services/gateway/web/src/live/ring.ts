/** Samples that stay readable behind the reading place, for who filters across it. */
export const MARGIN = 64;

const CHANNELS = 2;
const WRITTEN = 0;
const READ = 1;
const HEAD_BYTES = 8;

/**
 * A queue of stereo samples from one writer to one reader, who may be in different threads: neither
 * ever waits for the other. Places count samples from the beginning and wrap around at 2^32.
 */
export class Ring {
  readonly capacity: number;
  readonly #mask: number;
  readonly #places: Int32Array;
  readonly #samples: Float32Array;

  /** `memory` as made by `memoryFor`; both sides see the same queue through it. */
  constructor(memory: ArrayBuffer | SharedArrayBuffer) {
    this.#places = new Int32Array(memory, 0, 2);
    this.#samples = new Float32Array(memory, HEAD_BYTES);
    this.capacity = this.#samples.length / CHANNELS;
    this.#mask = this.capacity - 1;
    if (this.capacity & this.#mask) throw new RangeError("the capacity must be a power of two");
  }

  /** Memory for so many samples, a power of two; shared between threads where that is allowed. */
  static memoryFor(capacity: number, shared: boolean): ArrayBuffer | SharedArrayBuffer {
    const bytes = HEAD_BYTES + capacity * CHANNELS * Float32Array.BYTES_PER_ELEMENT;
    return shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  }

  /** Samples that wait to be read. */
  get fill(): number {
    return (Atomics.load(this.#places, WRITTEN) - Atomics.load(this.#places, READ)) >>> 0;
  }

  /** How many samples were ever written, modulo 2^32. */
  get written(): number {
    return Atomics.load(this.#places, WRITTEN) >>> 0;
  }

  /** How many samples were ever read, modulo 2^32. */
  get read(): number {
    return Atomics.load(this.#places, READ) >>> 0;
  }

  /** The writer's side: adds interleaved samples, all or none. Answers whether there was room. */
  write(interleaved: Float32Array): boolean {
    const count = interleaved.length / CHANNELS;
    if (count > this.capacity - MARGIN - this.fill) return false;
    const start = Atomics.load(this.#places, WRITTEN);
    const first = (start & this.#mask) * CHANNELS;
    const room = this.#samples.length - first;
    this.#samples.set(interleaved.subarray(0, room), first);
    if (interleaved.length > room) this.#samples.set(interleaved.subarray(room), 0);
    Atomics.store(this.#places, WRITTEN, (start + count) | 0);
    return true;
  }

  /** The reader's side: a sample so far after the next one; down to -MARGIN, before it. */
  at(ahead: number, channel: number): number {
    const place = (this.#places[READ] ?? 0) + ahead;
    return this.#samples[(place & this.#mask) * CHANNELS + channel] ?? 0;
  }

  /** The reader's side: goes on by so many samples, which must be there. */
  advance(count: number): void {
    Atomics.store(this.#places, READ, ((this.#places[READ] ?? 0) + count) | 0);
  }
}
