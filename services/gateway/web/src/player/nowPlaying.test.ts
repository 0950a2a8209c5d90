import { expect, test } from "vitest";
import { Store } from "../ui/store";
import { tellWhatPlays } from "./nowPlaying";
import type { PlayerState } from "./player";
import { EMPTY } from "./queue";

test("what begins to play is told once, and nothing that only stands there", () => {
  // Nothing else of a track is looked at.
  const tracks = [{ id: "one" }, { id: "two" }] as unknown as PlayerState["queue"]["tracks"];
  const state = new Store<PlayerState>({
    queue: EMPTY,
    playing: false,
    waiting: false,
    position_s: 0,
    duration_s: 0,
    volume: 1,
    trouble: "",
  });
  const told: string[] = [];
  const stop = tellWhatPlays({ state }, (trackId) => told.push(trackId));
  state.set({ queue: { ...EMPTY, tracks, index: 0 } });
  expect(told).toEqual([]);
  state.set({ playing: true });
  state.set({ position_s: 5 });
  state.set({ playing: false });
  state.set({ playing: true });
  expect(told).toEqual(["one"]);
  state.set({ queue: { ...EMPTY, tracks, index: 1 } });
  expect(told).toEqual(["one", "two"]);
  stop();
  state.set({ queue: { ...EMPTY, tracks, index: 0 } });
  expect(told).toEqual(["one", "two"]);
});
