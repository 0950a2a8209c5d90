import { type Order, Performer } from "./performer";
import { Ring } from "./ring";

// What the global scope of an AudioWorklet has; TypeScript's library does not know it.
declare const currentTime: number;
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

class LiveOutput extends AudioWorkletProcessor {
  readonly #performer: Performer;

  constructor({ processorOptions }: { processorOptions: { memory: SharedArrayBuffer } }) {
    super();
    const ring = new Ring(processorOptions.memory);
    this.#performer = new Performer(ring, sampleRate, (report) => this.port.postMessage(report));
    this.port.onmessage = ({ data }: MessageEvent<Order>) => this.#performer.obey(data);
  }

  process(_inputs: unknown, [output]: [Float32Array[]]): boolean {
    const [left, right] = output;
    if (left && right) this.#performer.perform(left, right, currentTime);
    return true;
  }
}

registerProcessor("live-output", LiveOutput);
