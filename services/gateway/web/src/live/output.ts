import { ServerClock } from "./clock";
import { Joining } from "./joining";
import type { Order, Report } from "./performer";
import { Schedule } from "./schedule";
import { Steadying } from "./steadying";
import { type Frame, RATE_HZ } from "./wire";

/** What turns samples into sound: in a browser, an AudioWorklet. */
export interface Speaker {
  /** Samples a second; positions in streams count 44,100. */
  readonly rate_hz: number;
  /** Samples it has room for. */
  readonly capacity: number;
  write(samples: Float32Array): void;
  order(order: Order): void;
  /** When what is taken at this time of the audio clock is heard; without one, what is taken now. */
  heard_us(time_s?: number): number;
}

/** How the sound is. */
export interface Health {
  readonly playing: boolean;
  readonly underruns: number;
  /** How long after rendering it is heard. */
  readonly delay_ms: number;
  readonly jitter_ms: number;
  /** How far behind the time at which everyone is to hear it. */
  readonly off_ms: number;
  /** How much waits to be heard. */
  readonly fill_ms: number;
}

/** What must lie ahead at least when it begins. */
const AHEAD_S = 0.2;
/** When it begins although its clock says it is not time. */
const PATIENCE_US = 1.2e6;
/** How long after a connection opens frames come that had been waiting. */
const PRIMED_US = 300_000;

/** Brings frames to a speaker so that each sample is heard when it is due. */
export class Output {
  readonly #speaker: Speaker;
  readonly #clock: ServerClock;
  readonly #now_us: () => number;
  /** The speaker's samples for one of the stream's. */
  readonly #scale: number;
  readonly #joining = new Joining();
  readonly #schedule = new Schedule();
  readonly #steadying = new Steadying();
  #opened_us = 0;
  #waits_us: number | undefined;
  #begun = false;
  #read = 0;
  #report: Report | undefined;

  constructor(speaker: Speaker, clock: ServerClock, now_us = ServerClock.now_us) {
    this.#speaker = speaker;
    this.#clock = clock;
    this.#now_us = now_us;
    this.#scale = speaker.rate_hz / RATE_HZ;
  }

  /** The position to ask for when the stream is joined again; undefined before the first frame. */
  get next(): number | undefined {
    const { next } = this.#joining;
    return next && Math.round(next / this.#scale);
  }

  /** The position that is heard now; undefined while nothing is. */
  get position(): number | undefined {
    const report = this.#report;
    if (!report?.playing) return undefined;
    const since_s = (this.#now_us() - this.#speaker.heard_us(report.time_s)) / 1e6;
    return this.#positionOf(this.#read + since_s * this.#speaker.rate_hz);
  }

  get health(): Health {
    const { playing = false, underruns = 0 } = this.#report ?? {};
    const { delay_ms, jitter_ms } = this.#schedule;
    const fill_ms = ((this.#joining.written - this.#read) / this.#speaker.rate_hz) * 1000;
    const { off_ms } = this.#steadying;
    return { playing, underruns, delay_ms, jitter_ms, off_ms, fill_ms };
  }

  /** A connection opened: what comes first had been waiting. */
  opened(): void {
    this.#opened_us = this.#now_us();
  }

  /** Takes a frame that came now. */
  take(told: Frame): void {
    const now_us = this.#now_us();
    const frame = { ...told, position: Math.round(told.position * this.#scale) };
    const primed = now_us - this.#opened_us < PRIMED_US;
    if (!this.#joining.follows(frame)) this.#schedule.restart();
    const came_us = primed ? Number.NaN : now_us + this.#clock.offset_us;
    this.#schedule.note(told.position, told.renderedAt_us, came_us);
    const room = this.#speaker.capacity - (this.#joining.written - this.#read);
    if (frame.samples.length > room) return; // Nothing is being heard: the page sleeps.
    const samples = this.#joining.joined(frame);
    if (samples.length) this.#speaker.write(samples);
    if (!this.#begun) this.#tryToBegin(now_us);
  }

  /** Takes what the speaker says of itself. */
  reported(report: Report): void {
    this.#read += (report.read - this.#read) >>> 0;
    const stopped = this.#report?.playing && !report.playing;
    this.#report = report;
    if (stopped) {
      this.#begun = false;
      this.#schedule.ranShort();
      this.#steadying.restart();
    }
    if (!report.playing) return;
    const due = this.#schedule.due(this.#speaker.heard_us(report.time_s) + this.#clock.offset_us);
    const here = this.#positionOf(this.#read);
    if (due === undefined || here === undefined) return;
    const step = this.#steadying.measured(due - here);
    if (!step) return;
    const count = "count" in step && Math.round(step.count * this.#scale);
    this.#speaker.order(count === false ? step : { ...step, count });
  }

  /** The position in the stream of what is so far into what was written. */
  #positionOf(written: number): number | undefined {
    const position = this.#joining.positionOf(written);
    return position === undefined ? undefined : position / this.#scale;
  }

  #tryToBegin(now_us: number): void {
    this.#waits_us ??= now_us;
    const due = this.#schedule.due(this.#speaker.heard_us() + this.#clock.offset_us);
    const { written } = this.#joining;
    const ahead = AHEAD_S * this.#speaker.rate_hz;
    let place = due === undefined ? undefined : this.#joining.placeOf(due * this.#scale);
    if (place === undefined || written - place < ahead) {
      if (now_us - this.#waits_us < PATIENCE_US || written - this.#read < ahead) return;
      place = written - ahead;
    }
    const leftOut = place - this.#read;
    this.#speaker.order({ order: "begin", count: Math.max(0, leftOut) });
    if (leftOut < 0) this.#speaker.order({ order: "rest", count: -leftOut });
    this.#begun = true;
    this.#waits_us = undefined;
  }
}
