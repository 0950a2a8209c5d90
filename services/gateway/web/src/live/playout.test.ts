import { expect, test } from "vitest";
import { FADE, LARGEST_DRIFT, Playout } from "./playout";
import { Ring } from "./ring";

const RATE_HZ = 44_100;
const TONE_HZ = 441;

/** A tone that goes on through everything written, so that any seam shows. */
class Bench {
  readonly ring = new Ring(Ring.memoryFor(2 ** 17, true));
  readonly playout = new Playout(this.ring);
  #position = 0;

  feed(samples: number, from = this.#position): void {
    const tone = (n: number) => 0.5 * Math.sin((2 * Math.PI * TONE_HZ * n) / RATE_HZ);
    this.ring.write(Float32Array.from({ length: 2 * samples }, (_, n) => tone(from + (n >> 1))));
    this.#position = from + samples;
  }

  heard(samples: number): number[] {
    const heard: number[] = [];
    const [left, right] = [new Float32Array(128), new Float32Array(128)];
    while (heard.length < samples) {
      this.playout.fill(left, right);
      expect(right).toEqual(left);
      heard.push(...left);
    }
    return heard;
  }
}

/** The largest step between two samples: a tone of this loudness makes one of 0.0314. */
function steepest(samples: readonly number[]): number {
  return samples.reduce(
    (most, value, n) => Math.max(most, Math.abs(value - (samples[n - 1] ?? 0))),
    0,
  );
}

const STEEPEST_TONE = 0.5 * 2 * Math.sin((Math.PI * TONE_HZ) / RATE_HZ);
const NO_CLICK = STEEPEST_TONE + 0.5 / FADE + 1e-4;

function loudness(samples: readonly number[]): number {
  return Math.sqrt(samples.reduce((sum, value) => sum + value * value, 0) / samples.length);
}

test("it is silent until told to begin, then plays what was written to the sample", () => {
  const bench = new Bench();
  bench.feed(20_000);
  expect(loudness(bench.heard(1_000))).toBe(0);
  bench.playout.begin();
  const heard = bench.heard(5_000);
  const tone = (n: number) => 0.5 * Math.sin((2 * Math.PI * TONE_HZ * n) / RATE_HZ);
  for (let n = FADE; n < heard.length; n++) expect(heard[n]).toBeCloseTo(tone(n), 6);
  expect(steepest(heard)).toBeLessThan(NO_CLICK);
});

test("it begins where it is told to", () => {
  const bench = new Bench();
  bench.feed(20_000);
  bench.playout.begin(4_410.4);
  bench.heard(128);
  expect(bench.playout.state.read).toBe(4_410 + 128);
});

test("when nothing comes any more it fades out, counts once, and waits to begin again", () => {
  const bench = new Bench();
  bench.feed(3_000);
  bench.playout.begin();
  const heard = bench.heard(6_000);
  expect(steepest(heard)).toBeLessThan(NO_CLICK);
  expect(loudness(heard.slice(-2_000))).toBe(0);
  expect(bench.playout.state).toMatchObject({ playing: false, underruns: 1 });
  bench.feed(20_000);
  expect(loudness(bench.heard(1_000))).toBe(0);
  bench.playout.begin();
  const again = bench.heard(5_000);
  expect(steepest(again)).toBeLessThan(NO_CLICK);
  expect(loudness(again.slice(1_000))).toBeGreaterThan(0.3);
  expect(bench.playout.state).toMatchObject({ playing: true, underruns: 1 });
});

test("what comes just in time turns the fade around", () => {
  const bench = new Bench();
  bench.feed(2_000);
  bench.playout.begin();
  const heard = bench.heard(1_700);
  bench.feed(10_000);
  heard.push(...bench.heard(5_000));
  expect(steepest(heard)).toBeLessThan(NO_CLICK);
  expect(bench.playout.state).toMatchObject({ playing: true, underruns: 0 });
});

test.each([LARGEST_DRIFT, -LARGEST_DRIFT, 0.00013])(
  "drifting by %f it takes that many samples more or fewer, and the tone stays clean",
  (drift) => {
    const bench = new Bench();
    bench.feed(100_000);
    bench.playout.begin();
    bench.playout.drift(1 + drift);
    const heard = bench.heard(64 * 1024);
    expect(bench.playout.state.read).toBeCloseTo(64 * 1024 * (1 + drift), -1);
    expect(steepest(heard)).toBeLessThan(NO_CLICK);
    const shifted = TONE_HZ * (1 + drift);
    const from = FADE;
    let worst = 0;
    for (let n = from; n < heard.length; n++) {
      const tone = 0.5 * Math.sin((2 * Math.PI * shifted * n) / RATE_HZ);
      worst = Math.max(worst, Math.abs((heard[n] ?? 0) - tone));
    }
    expect(worst).toBeLessThan(0.5 * 10 ** (-70 / 20));
  },
);

test("it never drifts further than can be heard", () => {
  const bench = new Bench();
  bench.feed(100_000);
  bench.playout.begin();
  bench.playout.drift(2);
  bench.heard(64 * 1024);
  expect(bench.playout.state.read).toBeLessThan(64 * 1024 * (1 + 2 * LARGEST_DRIFT));
});

test("a leap leaves samples out across a fade", () => {
  const bench = new Bench();
  bench.feed(40_000);
  bench.playout.begin();
  const heard = bench.heard(2_000);
  const before = bench.playout.state.read;
  bench.playout.leap(10_050);
  heard.push(...bench.heard(2_048));
  expect(bench.playout.state.read - before).toBe(10_050 + heard.length - before);
  expect(steepest(heard)).toBeLessThan(NO_CLICK);
});

test("it leaps over no more than there is", () => {
  const bench = new Bench();
  bench.feed(8_000);
  bench.playout.begin();
  bench.playout.leap(9_000);
  bench.heard(1_024);
  expect(bench.playout.state.read).toBe(1_024);
});

test("a rest is silence of that length between two fades", () => {
  const bench = new Bench();
  bench.feed(40_000);
  bench.playout.begin();
  const heard = bench.heard(2_048);
  bench.playout.rest(5_000);
  heard.push(...bench.heard(12_000));
  expect(steepest(heard)).toBeLessThan(NO_CLICK);
  const taken = bench.playout.state.read;
  expect(heard.length - taken).toBeGreaterThanOrEqual(5_000);
  expect(heard.length - taken).toBeLessThan(5_005);
});

test("told to end, it fades out and keeps what waits until it is thrown away", () => {
  const bench = new Bench();
  bench.feed(20_000);
  bench.playout.begin();
  const heard = bench.heard(2_048);
  bench.playout.end();
  heard.push(...bench.heard(2_048));
  expect(steepest(heard)).toBeLessThan(NO_CLICK);
  expect(bench.playout.state).toMatchObject({ playing: false, underruns: 0 });
  expect(bench.ring.fill).toBeGreaterThan(10_000);
  bench.playout.clear();
  expect(bench.ring.fill).toBe(0);
});
