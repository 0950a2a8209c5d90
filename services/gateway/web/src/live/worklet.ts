import { Playout, type PlayoutState } from "./playout";
import { Ring } from "./ring";

// What the global scope of an AudioWorklet has; TypeScript's library does not know it.
declare const currentTime: number;
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

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

class LiveOutput extends AudioWorkletProcessor {
  readonly #ring: Ring;
  readonly #playout: Playout;
  #untilReport = 0;
  #played = 0;
  #sum = 0;
  #samples = 0;

  constructor({ processorOptions }: { processorOptions: { memory: SharedArrayBuffer } }) {
    super();
    this.#ring = new Ring(processorOptions.memory);
    this.#playout = new Playout(this.#ring);
    this.port.onmessage = ({ data }: MessageEvent<Order>) => this.#obey(data);
  }

  process(_inputs: unknown, [output]: [Float32Array[]]): boolean {
    const [left, right] = output;
    if (!left || !right) return true;
    const wasPlaying = this.#played;
    this.#playout.fill(left, right);
    for (const value of left) this.#sum += value * value;
    this.#samples += left.length;
    this.#untilReport -= left.length;
    const { playing } = this.#playout.state;
    this.#played = Number(playing);
    if (this.#untilReport > 0 && wasPlaying === this.#played) return true;
    this.#untilReport = sampleRate / REPORTS_HZ;
    const loudness = Math.sqrt(this.#sum / this.#samples);
    this.#sum = 0;
    this.#samples = 0;
    const time_s = currentTime + left.length / sampleRate;
    this.port.postMessage({ ...this.#playout.state, time_s, loudness } satisfies Report);
    return true;
  }

  #obey(said: Order): void {
    if (said.order === "write") this.#ring.write(said.samples);
    else if (said.order === "begin") this.#playout.begin(said.count);
    else if (said.order === "leap") this.#playout.leap(said.count);
    else if (said.order === "rest") this.#playout.rest(said.count);
    else if (said.order === "drift") this.#playout.drift(said.pace);
    else if (said.order === "end") this.#playout.end();
    else this.#playout.clear();
  }
}

registerProcessor("live-output", LiveOutput);
