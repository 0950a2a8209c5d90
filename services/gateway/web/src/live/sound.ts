import { ServerClock } from "./clock";
import type { Speaker } from "./output";
import { MARGIN, Ring } from "./ring";
import type { Order, Report } from "./worklet";
import worklet from "./worklet?worker&url";

/** Samples that may wait: three seconds. */
const CAPACITY = 2 ** 17;
const FADE_S = 0.05;

/**
 * An audio context that plays live music: the worklet reads from memory it shares with this page, or,
 * where the page is not isolated from others, from messages.
 */
export class Sound implements Speaker {
  readonly analyser: AnalyserNode;
  readonly capacity = CAPACITY - MARGIN;
  /** Hears what the worklet says of itself. */
  onReport: (report: Report) => void = () => undefined;

  readonly #context: AudioContext;
  readonly #node: AudioWorkletNode;
  readonly #volume: GainNode;
  readonly #ring: Ring | undefined;

  readonly rate_hz: number;

  private constructor(context: AudioContext) {
    this.#context = context;
    this.rate_hz = context.sampleRate;
    const shared = globalThis.crossOriginIsolated === true;
    const memory = Ring.memoryFor(CAPACITY, shared);
    this.#ring = shared ? new Ring(memory) : undefined;
    this.#node = new AudioWorkletNode(context, "live-output", {
      numberOfInputs: 0,
      outputChannelCount: [2],
      processorOptions: { memory },
    });
    this.#node.port.onmessage = ({ data }: MessageEvent<Report>) => this.onReport(data);
    this.#volume = context.createGain();
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 4096;
    this.analyser.smoothingTimeConstant = 0.75;
    this.#node.connect(this.analyser);
    this.analyser.connect(this.#volume);
    this.#volume.connect(context.destination);
  }

  /** Opens the sound. Browsers allow it where somebody has just pressed something. */
  static async open(rate_hz: number): Promise<Sound> {
    const context = new AudioContext({ sampleRate: rate_hz, latencyHint: "playback" });
    try {
      const running = context.resume();
      await context.audioWorklet.addModule(worklet);
      await running;
      return new Sound(context);
    } catch (error) {
      await context.close();
      throw error;
    }
  }

  /** Whether memory is shared with the worklet; else samples go by messages. */
  get shares(): boolean {
    return this.#ring !== undefined;
  }

  write(samples: Float32Array): void {
    if (this.#ring) this.#ring.write(samples);
    else this.order({ order: "write", samples });
  }

  order(order: Order): void {
    this.#node.port.postMessage(order);
  }

  heard_us(time_s = this.#context.currentTime): number {
    const { contextTime = 0, performanceTime = 0 } = this.#context.getOutputTimestamp();
    const ahead_s = time_s - contextTime;
    if (performanceTime > 0)
      return (performance.timeOrigin + performanceTime) * 1000 + ahead_s * 1e6;
    // Before the first sample came out.
    const latency_s = this.#context.outputLatency || this.#context.baseLatency;
    return ServerClock.now_us() + (time_s - this.#context.currentTime + latency_s) * 1e6;
  }

  /** How loud, from 0 to 1; at once, or over so many seconds. */
  setVolume(volume: number, over_s = FADE_S): void {
    const { gain } = this.#volume;
    const now_s = this.#context.currentTime;
    gain.cancelScheduledValues(now_s);
    gain.setValueAtTime(gain.value, now_s);
    gain.linearRampToValueAtTime(volume, now_s + over_s);
  }

  /** Falls silent without a click, and gives back what it used. */
  async close(): Promise<void> {
    this.order({ order: "end" });
    await new Promise((later) => setTimeout(later, 2 * FADE_S * 1000));
    this.onReport = () => undefined;
    await this.#context.close();
  }
}
