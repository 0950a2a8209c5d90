import { useEffect, useState, useSyncExternalStore } from "react";
import { usePlayer } from "../player/PlayerProvider";
import { houseOf } from "./house";
import { useLiveSlot } from "./LiveProvider";
import { LivePlayer, type LiveState } from "./livePlayer";

/** The one live player, made when it is first asked for. */
export function useLive(): LivePlayer {
  const slot = useLiveSlot();
  const tracks = usePlayer();
  const [live] = useState(() => slot.get().player ?? new LivePlayer(houseOf(() => tracks.pause())));
  useEffect(() => {
    if (slot.get().player !== live) slot.set({ player: live });
  }, [slot, live]);
  return live;
}

/** What the live player shows now; the component is drawn again when the picked part changes. */
export function useLiveState<T>(live: LivePlayer, pick: (state: LiveState) => T): T {
  return useSyncExternalStore(live.state.on, () => pick(live.state.get()));
}
