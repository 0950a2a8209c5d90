import { expect, test } from "vitest";
import { Schedule } from "./schedule";
import { step } from "./steadying";
import { FRAME, RATE_HZ } from "./wire";

const FRAME_US = 100_000;
const START_US = 1.7e15;

/** Frames rendered evenly and late by what `late_ms` says of each. */
function heard(schedule: Schedule, count: number, late_ms: (n: number) => number, from = 0): void {
  for (let n = from; n < from + count; n++) {
    const rendered_us = START_US + n * FRAME_US;
    schedule.note(n * FRAME, rendered_us, rendered_us + late_ms(n) * 1000);
  }
}

test("everyone hears a sample so long after it was rendered, however long frames take to them", () => {
  const [near, far] = [new Schedule(), new Schedule()];
  heard(near, 20, () => 2);
  heard(far, 20, (n) => 60 + (n % 3) * 10);
  const at_us = START_US + 10 * FRAME_US;
  expect(near.due(at_us)).toBeCloseTo(10 * FRAME - 0.4 * RATE_HZ, 3);
  expect(far.due(at_us)).toBeCloseTo(near.due(at_us) ?? Number.NaN, 3);
});

test("before the first frame nothing is due", () => {
  expect(new Schedule().due(START_US)).toBeUndefined();
});

test("frames that were waiting for the listener to come do not count as late", () => {
  const schedule = new Schedule();
  for (let n = 0; n < 40; n++) schedule.note(n * FRAME, START_US + n * FRAME_US, Number.NaN);
  expect(schedule.jitter_ms).toBe(0);
  expect(schedule.due(START_US)).toBeCloseTo(-0.4 * RATE_HZ, 3);
});

test("where frames come unevenly more is kept waiting, at once but never over 500 ms", () => {
  const schedule = new Schedule();
  heard(schedule, 64, (n) => (n % 8 === 0 ? 140 : 5));
  expect(schedule.jitter_ms).toBeCloseTo(135, 0);
  expect(schedule.delay_ms).toBe(500);
  heard(schedule, 64, (n) => (n % 4 === 0 ? 400 : 5), 64);
  expect(schedule.delay_ms).toBe(500);
});

test("where they come evenly less is kept waiting, slowly and never under 300 ms", () => {
  const schedule = new Schedule();
  heard(schedule, 100, () => 5);
  expect(schedule.delay_ms).toBe(400);
  heard(schedule, 250, () => 5, 100);
  expect(schedule.delay_ms).toBe(300);
  heard(schedule, 600, () => 5, 350);
  expect(schedule.delay_ms).toBe(300);
});

test("running short keeps more waiting", () => {
  const schedule = new Schedule();
  schedule.ranShort();
  expect(schedule.delay_ms).toBe(500);
  schedule.ranShort();
  expect(schedule.delay_ms).toBe(500);
});

test("where the clocks of renderer and gateway differ by seconds, arrival counts", () => {
  for (const wrong_ms of [5_000, -5_000]) {
    const schedule = new Schedule();
    heard(schedule, 30, () => wrong_ms);
    const came_us = START_US + wrong_ms * 1000;
    expect(schedule.due(came_us + 30 * FRAME_US)).toBeCloseTo(30 * FRAME - 0.4 * RATE_HZ, 3);
  }
});

test("what is a little off is drifted to, what is far off is leapt to or waited for", () => {
  expect(step(0)).toEqual({ order: "drift", pace: 1 });
  expect(step(0.0005 * RATE_HZ)).toEqual({ order: "drift", pace: 1 });
  expect(step(0.1 * RATE_HZ)).toEqual({ order: "drift", pace: 1.0005 });
  expect(step(-0.1 * RATE_HZ)).toEqual({ order: "drift", pace: 0.9995 });
  expect(step(0.002 * RATE_HZ)).toEqual({ order: "drift", pace: 1.0002 });
  expect(step(RATE_HZ)).toEqual({ order: "leap", count: RATE_HZ });
  expect(step(-RATE_HZ)).toEqual({ order: "rest", count: RATE_HZ });
});
