import { expect, test } from "vitest";
import {
  append,
  current,
  move,
  next,
  playNext,
  previous,
  remove,
  renewed,
  type Track,
} from "./queue";

const track = (id: string) => ({ id }) as Track;
const queue = (ids: string, index: number) => ({ tracks: [...ids].map(track), index });
const ids = ({ tracks }: { tracks: readonly Track[] }) => tracks.map(({ id }) => id).join("");

test("the last track has none after it and the first none before it", () => {
  expect(next(queue("ab", 1))).toBeUndefined();
  expect(previous(queue("ab", 0)).index).toBe(0);
});

test("what is played next comes right after what is on", () => {
  expect(ids(playNext(queue("abc", 0), [track("x"), track("y")]))).toBe("axybc");
  expect(ids(playNext(queue("", 0), [track("x")]))).toBe("x");
  expect(ids(append(queue("ab", 0), [track("x")]))).toBe("abx");
});

test.each([
  ["abcd", 2, 0, "bcd", "c"],
  ["abcd", 2, 2, "abd", "d"],
  ["abcd", 3, 3, "abc", "c"],
  ["abcd", 1, 3, "abc", "b"],
])("taking a place out of %s at %i leaves the right one on", (all, index, place, left, on) => {
  const after = remove(queue(all, index), place);
  expect([ids(after), current(after)?.id]).toEqual([left, on]);
});

test("moving any place anywhere keeps on what is on", () => {
  for (let index = 0; index < 4; index++)
    for (let from = 0; from < 4; from++)
      for (let to = 0; to < 4; to++) {
        const before = queue("abcd", index);
        const after = move(before, from, to);
        expect(current(after)?.id).toBe(current(before)?.id);
        expect(after.tracks[to]?.id).toBe(before.tracks[from]?.id);
      }
});

test.each([
  ["abcd", 1, "bc", "bc", "abcd", "b"],
  ["abcd", 1, "bc", "c", "acd", "c"],
  ["abcd", 1, "bc", "b", "abd", "b"],
  ["abcd", 1, "bc", "", "ad", "d"],
  ["ab", 1, "b", "", "a", "a"],
  ["a", 0, "a", "", "", undefined],
])(
  "of %s at %i, of which %s are asked for and %s are there, the right ones stay",
  (all, index, asked, there, left, on) => {
    const now = [...there].map((id) => ({ id, title: "new" }) as Track);
    const after = renewed(queue(all, index), [...asked], now);
    expect([ids(after), current(after)?.id]).toEqual([left, on]);
    expect(after.tracks.filter(({ title }) => title).map(({ id }) => id)).toEqual([...there]);
  },
);
