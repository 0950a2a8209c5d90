import { cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PlayerProvider, usePlayer } from "../player/PlayerProvider";
import type { Player } from "../player/player";
import { LiveProvider, useLiveSlot } from "./LiveProvider";
import { LivePlayer } from "./livePlayer";

beforeEach(() => {
  vi.spyOn(HTMLMediaElement.prototype, "pause").mockReturnValue();
  vi.spyOn(HTMLMediaElement.prototype, "load").mockReturnValue();
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test("one thing is heard at a time: tracks or a station", async () => {
  let tracks: Player | undefined;
  const close = vi.fn(async () => undefined);
  const sound = {
    analyser: undefined,
    capacity: 1,
    rate_hz: 44_100,
    onReport: () => undefined,
    write: () => undefined,
    order: () => undefined,
    heard_us: () => 0,
    setVolume: () => undefined,
    close,
  };
  const live = new LivePlayer({
    openSound: async () => sound,
    world: () => ({
      format: "pcm",
      ticket: () => new Promise(() => undefined),
      open: () => {
        throw new Error("there is no ticket yet");
      },
    }),
    begins: () => tracks?.pause(),
  });
  function Page() {
    tracks = usePlayer();
    const slot = useLiveSlot();
    if (!slot.get().player) queueMicrotask(() => slot.set({ player: live }));
    return null;
  }
  render(
    <PlayerProvider>
      <LiveProvider>
        <Page />
      </LiveProvider>
    </PlayerProvider>,
  );
  await Promise.resolve();
  tracks?.state.set({ playing: true });
  await live.play({ id: "drift", name: "Drift", invitation: "" });
  expect(live.state.get()).toMatchObject({ status: "connecting", station: { id: "drift" } });
  tracks?.state.set({ playing: false });
  expect(close).not.toHaveBeenCalled();
  tracks?.state.set({ waiting: true });
  expect(live.state.get()).toMatchObject({ status: "silent", station: undefined });
  expect(close).toHaveBeenCalledOnce();
});
