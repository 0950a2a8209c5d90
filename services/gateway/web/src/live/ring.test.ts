import { expect, test } from "vitest";
import { MARGIN, Ring } from "./ring";

const counted = (from: number, count: number) =>
  Float32Array.from({ length: 2 * count }, (_, n) => (from + (n >> 1)) * (n % 2 ? -1 : 1));

function taken(ring: Ring, count: number): number[] {
  const samples = Array.from({ length: count }, (_, n) => ring.at(n, 0));
  ring.advance(count);
  return samples;
}

test.each([true, false])("what is written comes out once and in order (shared: %s)", (shared) => {
  const memory = Ring.memoryFor(256, shared);
  const [writer, reader] = [new Ring(memory), new Ring(memory)];
  let [written, read] = [0, 0];
  for (let turn = 0; turn < 500; turn++) {
    const count = 1 + ((turn * 37) % 90);
    if (writer.write(counted(written, count))) written += count;
    const some = Math.min(reader.fill, (turn * 53) % 97);
    expect(taken(reader, some)).toEqual(Array.from({ length: some }, (_, n) => read + n));
    read += some;
    expect(reader.fill).toBe(written - read);
  }
  expect(written).toBeGreaterThan(10_000);
});

test("both channels stay beside each other", () => {
  const ring = new Ring(Ring.memoryFor(128, false));
  ring.write(counted(5, 3));
  expect([ring.at(0, 0), ring.at(0, 1), ring.at(2, 1)]).toEqual([5, -5, -7]);
});

test("what does not fit is refused whole, and what was just read stays readable", () => {
  const ring = new Ring(Ring.memoryFor(256, false));
  const room = ring.capacity - MARGIN;
  expect(ring.write(counted(0, room + 1))).toBe(false);
  expect([ring.fill, ring.written]).toEqual([0, 0]);
  expect(ring.write(counted(0, room))).toBe(true);
  expect(ring.write(counted(0, 1))).toBe(false);
  ring.advance(room);
  ring.write(counted(room, room));
  expect(ring.at(-MARGIN, 0)).toBe(room - MARGIN);
  expect(ring.at(-1, 0)).toBe(room - 1);
});

test("places wrap around without a seam", () => {
  const memory = Ring.memoryFor(256, false);
  new Int32Array(memory).set([-20, -20]);
  const ring = new Ring(memory);
  ring.write(counted(0, 50));
  expect(ring.fill).toBe(50);
  expect(taken(ring, 50)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  expect([ring.written, ring.read]).toEqual([30, 30]);
});
