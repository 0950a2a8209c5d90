import { ServerClock } from "./clock";
import type { Speaker } from "./output";
import type { Order, Report } from "./performer";
import { MARGIN } from "./ring";
import { CAPACITY, type Stand, standIn } from "./stands";

const FADE_S = 0.05;
/** Where there is no device, Firefox waits for one for ever. */
const OPENS_WITHIN_MS = 10_000;

/** An audio context that plays live music. */
export class Sound implements Speaker {
  readonly analyser: AnalyserNode;
  readonly capacity = CAPACITY - MARGIN;
  readonly rate_hz: number;
  /** Hears what the playout says of itself. */
  onReport: (report: Report) => void = () => undefined;

  readonly #context: AudioContext;
  readonly #volume: GainNode;
  #stand: Stand | undefined;

  private constructor(context: AudioContext) {
    this.#context = context;
    this.rate_hz = context.sampleRate;
    this.#volume = context.createGain();
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 4096;
    this.analyser.smoothingTimeConstant = 0.75;
    this.analyser.connect(this.#volume);
    this.#volume.connect(context.destination);
  }

  /** Opens the sound. Browsers allow it where somebody has just pressed something. */
  static async open(rate_hz: number): Promise<Sound> {
    const context = new AudioContext({ sampleRate: rate_hz, latencyHint: "playback" });
    try {
      const running = context.resume();
      const sound = new Sound(context);
      sound.#stand = await standIn(context, (report) => sound.onReport(report));
      sound.#stand.node.connect(sound.analyser);
      await Promise.race([running, tooLate()]);
      return sound;
    } catch (error) {
      await context.close();
      throw error;
    }
  }

  write(samples: Float32Array): void {
    this.#stand?.write(samples);
  }

  order(order: Order): void {
    this.#stand?.order(order);
  }

  heard_us(time_s = this.#context.currentTime): number {
    const now_s = this.#context.currentTime;
    // Before the first sample: Firefox, asked for more while its sound starts, was seen to hang.
    if (now_s === 0) return ServerClock.now_us() + (time_s + this.#context.baseLatency) * 1e6;
    const { contextTime = 0, performanceTime = 0 } = this.#context.getOutputTimestamp();
    if (performanceTime > 0)
      return (performance.timeOrigin + performanceTime) * 1000 + (time_s - contextTime) * 1e6;
    const latency_s = this.#context.outputLatency || this.#context.baseLatency;
    return ServerClock.now_us() + (time_s - now_s + latency_s) * 1e6;
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

function tooLate(): Promise<never> {
  const late = new Error("the system has not opened it; is a loudspeaker there?");
  return new Promise((_, fail) => setTimeout(() => fail(late), OPENS_WITHIN_MS));
}
