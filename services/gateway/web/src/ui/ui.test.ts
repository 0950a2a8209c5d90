import { expect, test } from "vitest";
import { loudest } from "../player/Waveform";
import { duration, longDuration, size } from "./format";
import { newId } from "./ids";
import { artistNames } from "./names";
import { shuffled } from "./shuffle";
import { Store } from "./store";

test("times and sizes read as people write them", () => {
  expect([duration(0), duration(187_400), duration(3_723_000)]).toEqual([
    "0:00",
    "3:07",
    "1:02:03",
  ]);
  expect([36_000, 3_120_000, 3_840_000].map(longDuration)).toEqual(["36 s", "52 min", "1 h 4 min"]);
  expect([size(999), size(4_234_567), size(42_345_678)]).toEqual(["999 B", "4.2 MB", "42 MB"]);
});

test("credits are joined as on the record, and by commas where it does not say", () => {
  const credit = (name: string, join_phrase: string) => ({
    artist_id: name,
    name,
    join_phrase,
    musicbrainz_artist_id: "",
  });
  expect(artistNames([credit("Ada", " feat. "), credit("Bo", "")])).toBe("Ada feat. Bo");
  expect(artistNames([credit("Ada", ""), credit("Bo", "")])).toBe("Ada, Bo");
});

test("a shuffle keeps every item", () => {
  expect(shuffled([1, 2, 3, 4, 5]).sort()).toEqual([1, 2, 3, 4, 5]);
});

test("a bar of the waveform is as tall as the loudest peak it covers", () => {
  expect(loudest([0.1, 0.9, 0.2, 0.3], 0, 0.5)).toBe(0.9);
  expect(loudest([0.1, 0.9], 0.6, 0.61)).toBe(0.9);
  expect(loudest([], 0, 1)).toBe(0);
});

test("a listener that left a store hears nothing more", () => {
  const store = new Store({ n: 0 });
  let heard = 0;
  const off = store.on(() => heard++);
  store.set({ n: 1 });
  off();
  store.set({ n: 2 });
  expect([heard, store.get().n]).toEqual([1, 2]);
});

test("ids are UUIDs, each another", () => {
  const ids = Array.from({ length: 100 }, newId);
  for (const id of ids)
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(new Set(ids).size).toBe(100);
});
