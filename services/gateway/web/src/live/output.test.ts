import { expect, test } from "vitest";
import { ServerClock } from "./clock";
import { Output, type Speaker } from "./output";
import type { Order, Report } from "./performer";
import { Playout } from "./playout";
import { Ring } from "./ring";
import { frameBytes } from "./testing";
import { FRAME, frameOf, RATE_HZ } from "./wire";

const BLOCK = 441;
const SERVER_AHEAD_US = 7e6;

/** A speaker without a browser: time passes as it is told to, its clock running fast or slow. */
class Bench implements Speaker {
  readonly capacity = 2 ** 17 - 64;
  readonly rate_hz = RATE_HZ;
  readonly ring = new Ring(Ring.memoryFor(2 ** 17, true));
  readonly playout = new Playout(this.ring);
  readonly clock = new ServerClock();
  readonly output: Output;
  readonly sound: number[] = [];
  now_us = 1e9;
  taken = 0;

  constructor(readonly pace = 1) {
    this.output = new Output(this, this.clock, () => this.now_us);
    this.clock.learn(this.now_us, this.now_us + SERVER_AHEAD_US + 500, this.now_us + 1000);
    this.output.opened();
  }

  write(samples: Float32Array): void {
    expect(this.ring.write(samples)).toBe(true);
  }

  order(said: Order): void {
    if (said.order === "drift") this.playout.drift(said.pace);
    else if (said.order === "begin") this.playout.begin(said.count);
    else if (said.order === "leap") this.playout.leap(said.count);
    else if (said.order === "rest") this.playout.rest(said.count);
  }

  heard_us(time_s = this.taken / RATE_HZ): number {
    return this.now_us + ((time_s - this.taken / RATE_HZ) / this.pace) * 1e6 + 20_000;
  }

  come(sequence: number, rendered_us: number, flags = 0): void {
    this.output.take(
      frameOf(frameBytes({ sequence, rendered_us: Math.round(rendered_us), flags })),
    );
  }

  /** Lets 10 ms pass. */
  pass(): void {
    const [left, right] = [new Float32Array(BLOCK), new Float32Array(BLOCK)];
    this.playout.fill(left, right);
    this.sound.push(...left);
    this.taken += BLOCK;
    this.now_us += 10_000 / this.pace;
    if (Math.round(this.taken / BLOCK) % 10 === 0) {
      const report: Report = { ...this.playout.state, time_s: this.taken / RATE_HZ, loudness: 0 };
      this.output.reported(report);
    }
  }

  /** Lets a stream play: frames come when they are rendered, and `late_ms` after that. */
  listen(seconds: number, late_ms: (sequence: number) => number = () => 5, first = 100): void {
    const start_us = this.now_us + SERVER_AHEAD_US - 400_000;
    const pending = Array.from({ length: seconds * 10 + 4 }, (_, n) => {
      const rendered_us = start_us + n * 100_000;
      return {
        sequence: first + n,
        rendered_us,
        at_us: rendered_us - SERVER_AHEAD_US + 1000 * late_ms(n),
      };
    });
    const until_us = this.now_us + seconds * 1e6;
    while (this.now_us < until_us) {
      while (pending[0] && pending[0].at_us <= this.now_us) {
        const { sequence, rendered_us } = pending.shift() ?? { sequence: 0, rendered_us: 0 };
        this.come(sequence, rendered_us);
      }
      this.pass();
    }
    this.due = (this.now_us + SERVER_AHEAD_US - start_us) * 1e-6 * RATE_HZ + first * FRAME;
  }

  /** The position that is being rendered now. */
  due = 0;

  get behind_ms(): number {
    return ((this.due - (this.output.position ?? 0)) / RATE_HZ) * 1000;
  }
}

test("sound begins at once where frames were waiting, and is heard 400 ms after it was rendered", () => {
  const bench = new Bench();
  bench.listen(2);
  const silent = bench.sound.findIndex((value) => Math.abs(value) > 0.1);
  expect(silent / RATE_HZ).toBeLessThan(0.1);
  expect(bench.output.health).toMatchObject({ playing: true, underruns: 0, delay_ms: 400 });
  expect(bench.behind_ms).toBeGreaterThan(397);
  expect(bench.behind_ms).toBeLessThan(403);
});

test("two who come at different times hear the same at the same time", () => {
  const [early, late] = [new Bench(), new Bench()];
  late.now_us += 730_000;
  early.listen(3);
  late.listen(3);
  expect(Math.abs(early.behind_ms - late.behind_ms)).toBeLessThan(3);
});

test.each([1.0002, 0.9998])("a sound card that is off by 0.02 % is followed (%f)", (pace) => {
  const bench = new Bench(pace);
  bench.listen(20, (n) => 50 * (n % 3));
  expect(bench.output.health).toMatchObject({ playing: true, underruns: 0 });
  expect(Math.abs(bench.output.health.off_ms)).toBeLessThan(5);
  expect(Math.abs(bench.behind_ms - bench.output.health.delay_ms)).toBeLessThan(6);
});

test("frames that come up to 200 ms late leave no hole", () => {
  const bench = new Bench();
  bench.listen(15, (n) => (n * 7919) % 200);
  expect(bench.output.health).toMatchObject({ playing: true, underruns: 0, delay_ms: 500 });
});

test("after a hole in the stream the sound fades, and comes back by itself", () => {
  const bench = new Bench();
  bench.listen(3);
  for (let n = 0; n < 200; n++) bench.pass();
  expect(bench.output.health).toMatchObject({ playing: false, underruns: 1 });
  expect(bench.output.position).toBeUndefined();
  bench.listen(3, () => 5, 300);
  expect(bench.output.health).toMatchObject({ playing: true, underruns: 1 });
  const steps = bench.sound.map((value, n) => Math.abs(value - (bench.sound[n - 1] ?? 0)));
  expect(steps.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(0.035);
});

test("while nothing is heard, frames are left out and not piled up", () => {
  const bench = new Bench();
  for (let n = 0; n < 100; n++) bench.come(n, 1e9 + SERVER_AHEAD_US + n * 100_000);
  expect(bench.ring.fill).toBeLessThanOrEqual(bench.capacity);
});

test("packets at another rate are one sound, wherever in a stream they lie", () => {
  const bench = new Bench();
  const written: number[] = [];
  const speaker: Speaker = {
    rate_hz: 48_000,
    capacity: 1e6,
    write: (samples) => written.push(...samples),
    order: () => undefined,
    heard_us: () => bench.now_us,
  };
  const output = new Output(speaker, bench.clock, () => bench.now_us);
  const frame = frameOf(frameBytes({ sequence: 98_765 }));
  for (let n = 0; n < 100; n++) {
    const samples = new Float32Array(2 * 960).fill(1);
    output.take({ ...frame, position: frame.position + n * 882, samples });
  }
  expect(new Set(written)).toEqual(new Set([1]));
});

test("a speaker at another rate hears the same at the same time", () => {
  const bench = new Bench();
  const orders: Order[] = [];
  const speaker: Speaker = {
    rate_hz: 48_000,
    capacity: 100_000,
    write: () => undefined,
    order: (order) => orders.push(order),
    heard_us: (time_s) => (time_s === undefined ? bench.now_us : 1e9 + time_s * 1e6),
  };
  const output = new Output(speaker, bench.clock, () => bench.now_us);
  output.opened();
  bench.now_us += 250_000;
  for (let n = 0; n < 4; n++) {
    const frame = frameOf(
      frameBytes({ sequence: n, rendered_us: 1e9 + SERVER_AHEAD_US + n * 1e5 }),
    );
    output.take({ ...frame, samples: new Float32Array(2 * 4_800) });
  }
  // The first is due 400 ms after it was rendered, which is 150 ms from now.
  expect(orders.map(({ order }) => order)).toEqual(["begin", "rest"]);
  expect(orders[1]).toMatchObject({ count: expect.closeTo(0.15 * 48_000, 3) });
  expect(output.next).toBe(4 * FRAME);
  const report = { read: 4_800, fill: 14_000, playing: true, underruns: 0, loudness: 1 };
  output.reported({ ...report, time_s: 0.5 });
  bench.now_us = 1e9 + 0.5e6;
  expect(output.position).toBeCloseTo(FRAME, 3);
});
