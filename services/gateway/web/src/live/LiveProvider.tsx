import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { announceToSystem } from "../player/mediaSession";
import { usePlayer } from "../player/PlayerProvider";
import { Store } from "../ui/store";
import type { LivePlayer } from "./livePlayer";
import { announceLive } from "./mediaSession";

/** Where the live player is once somebody has opened the Live page: its code is loaded with that. */
interface Slot {
  readonly player: LivePlayer | undefined;
}

const LiveContext = createContext<Store<Slot> | undefined>(undefined);

/** Keeps live music going from page to page: one thing is heard at a time, tracks or a station. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const tracks = usePlayer();
  const [slot] = useState(() => new Store<Slot>({ player: undefined }));
  const live = useSyncExternalStore(slot.on, () => slot.get().player);
  const tuned = useTuned(live);

  useEffect(() => {
    const sounds = () => tracks.state.get().playing || tracks.state.get().waiting;
    let sounded = sounds();
    return tracks.state.on(() => {
      // Only when they begin: told to pause, they still sound for a moment.
      if (sounds() && !sounded) slot.get().player?.leave();
      sounded = sounds();
    });
  }, [tracks, slot]);
  useEffect(() => () => slot.get().player?.leave(), [slot]);
  useEffect(
    () => (live && tuned ? announceLive(live) : announceToSystem(tracks)),
    [live, tuned, tracks],
  );
  return <LiveContext value={slot}>{children}</LiveContext>;
}

/** The slot of the one live player. Only for components inside LiveProvider. */
export function useLiveSlot(): Store<Slot> {
  const slot = useContext(LiveContext);
  if (!slot) throw new Error("useLiveSlot outside LiveProvider");
  return slot;
}

/** Whether a station is on, or paused. */
export function useIsTuned(): boolean {
  const slot = useLiveSlot();
  return useTuned(useSyncExternalStore(slot.on, () => slot.get().player));
}

const nothing = () => () => undefined;

function useTuned(live: LivePlayer | undefined): boolean {
  return useSyncExternalStore(
    live?.state.on ?? nothing,
    () => live?.state.get().station !== undefined,
  );
}
