import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import { api } from "../api/client";
import { newId } from "../ui/ids";
import { keepQueueOnServer } from "./follow";
import { announceToSystem } from "./mediaSession";
import { tellWhatPlays } from "./nowPlaying";
import { type Listening, Player, type PlayerState } from "./player";

const SKIPPED_BEFORE_S = 30;
const PlayerContext = createContext<Player | undefined>(undefined);

/** The one player of the page. Only for components inside PlayerProvider. */
export function usePlayer(): Player {
  const player = useContext(PlayerContext);
  if (!player) throw new Error("usePlayer outside PlayerProvider");
  return player;
}

/** What the player shows now; the component is drawn again when the picked part changes. */
export function usePlayerState<T>(pick: (state: PlayerState) => T): T {
  const { state } = usePlayer();
  return useSyncExternalStore(state.on, () => pick(state.get()));
}

export function PlayerProvider({ children }: { children: ReactNode }) {
  const [player] = useState(() => new Player(report));
  useEffect(() => () => player.close(), [player]);
  useEffect(() => announceToSystem(player), [player]);
  useEffect(() => keepQueueOnServer(player), [player]);
  useEffect(() => tellWhatPlays(player), [player]);
  return <PlayerContext value={player}>{children}</PlayerContext>;
}

/** Tells the server what was heard. A report that fails is not worth disturbing anyone. */
function report({ track, started, played_s, completed }: Listening): void {
  const end = completed ? "completed" : played_s < SKIPPED_BEFORE_S ? "skipped" : "stopped";
  const play = {
    id: newId(),
    track_id: track.id,
    started_at: started.toISOString(),
    played_ms: Math.round(played_s * 1000),
    end,
    client: "Tutti web",
  } as const;
  void api.POST("/api/v1/plays", { body: { plays: [play] } }).catch(() => undefined);
}
