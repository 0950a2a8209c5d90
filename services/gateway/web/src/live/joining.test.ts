import { expect, test } from "vitest";
import { Joining } from "./joining";
import { FADE } from "./playout";
import { FRAME, type Frame } from "./wire";

function frame(number: number, value: number, discontinuity = false): Frame {
  return {
    discontinuity,
    first: false,
    sequence: number,
    revision: 0,
    position: number * FRAME,
    renderedAt_us: 0,
    samples: new Float32Array(2 * FRAME).fill(value),
  };
}

function all(joining: Joining, ...frames: Frame[]): number[] {
  return frames.flatMap((each) => [...joining.joined(each)]).filter((_, n) => n % 2 === 0);
}

test("frames that follow each other are one sound, of which 10 ms are held back", () => {
  const joining = new Joining();
  const sound = all(joining, frame(7, 0.5), frame(8, 0.5));
  expect(sound.length).toBe(2 * FRAME - FADE);
  expect(new Set(sound)).toEqual(new Set([0.5]));
  expect(joining.written).toBe(sound.length);
  expect([joining.next, joining.positionOf(100)]).toEqual([9 * FRAME, 7 * FRAME + 100]);
});

test.each([
  [frame(12, -0.5), 12],
  [frame(9, -0.5, true), 9],
])("what does not follow is faded to within 10 ms", (after, number) => {
  const joining = new Joining();
  const sound = all(joining, frame(7, 0.5), frame(8, 0.5), after, frame(number + 1, -0.5));
  const steps = sound.slice(1).map((value, n) => Math.abs(value - (sound[n] ?? 0)));
  expect(Math.max(...steps)).toBeLessThan(0.005);
  const seam = 2 * FRAME - FADE;
  expect(sound[seam - 1]).toBe(0.5);
  expect(sound[seam + FADE]).toBe(-0.5);
  expect(joining.positionOf(seam)).toBe(number * FRAME);
  expect(joining.positionOf(seam - 1)).toBe(7 * FRAME + seam - 1);
  expect(joining.placeOf(number * FRAME + 50)).toBe(seam + 50);
});

test("a frame that comes twice is heard once", () => {
  const joining = new Joining();
  const sound = all(
    joining,
    frame(7, 0.5),
    frame(8, 0.5),
    frame(7, 0.5),
    frame(8, 0.5),
    frame(9, 0.5),
  );
  expect(sound.length).toBe(3 * FRAME - FADE);
});

test("a stream that begins anew is followed", () => {
  const joining = new Joining();
  const sound = all(joining, frame(700, 0.5), frame(0, -0.5), frame(1, -0.5));
  expect(sound.at(-1)).toBe(-0.5);
  expect(joining.next).toBe(2 * FRAME);
});
