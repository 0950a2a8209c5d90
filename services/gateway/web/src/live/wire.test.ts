import { expect, test } from "vitest";
import { opusPacketsOf } from "./opus";
import { frameBytes } from "./testing";
import { frameOf } from "./wire";

test("a frame is read as the gateway writes it", () => {
  const bytes = frameBytes({
    flags: 3,
    sequence: 7,
    revision: 2,
    position: 2 ** 40,
    rendered_us: 1.7e15,
  });
  const frame = frameOf(bytes);
  expect(frame).toMatchObject({
    discontinuity: true,
    first: true,
    sequence: 7,
    revision: 2,
    position: 2 ** 40,
    renderedAt_us: 1.7e15,
  });
  expect(frame.samples.length).toBe(8820);
  expect(Math.max(...frame.samples)).toBeCloseTo(0.5, 2);
});

test("what is no frame is refused", () => {
  const other = frameBytes({});
  new Uint8Array(other)[2] = 9;
  expect(() => frameOf(other)).toThrow("version");
  expect(() => frameOf(new ArrayBuffer(40))).toThrow("no frame");
  expect(() => frameOf(new ArrayBuffer(4))).toThrow("no frame");
});

test("packets of Opus lie behind their lengths, and what is cut off is left out", () => {
  const sound = Uint8Array.from([3, 0, 1, 2, 3, 0, 0, 1, 0, 9, 7]).buffer;
  expect(opusPacketsOf(sound).map((packet) => [...packet])).toEqual([[1, 2, 3], [], [9]]);
});
