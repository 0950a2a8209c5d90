import { api } from "../api/client";
import type { Player } from "./player";
import { current } from "./queue";

/**
 * Tells the server what begins to play, once for each listening, which tells the services that the
 * listener connected. Answers how to stop.
 */
export function tellWhatPlays(
  player: Pick<Player, "state">,
  tell: (trackId: string) => void = tellServer,
): () => void {
  let told: string | undefined;
  return player.state.on(() => {
    const { queue, playing } = player.state.get();
    const track = current(queue);
    const begun = track && `${queue.index} ${track.id}`;
    if (!playing || !track || begun === told) return;
    told = begun;
    tell(track.id);
  });
}

/** What is not told is not worth disturbing anyone. */
function tellServer(trackId: string): void {
  const body = { track_id: trackId };
  void api.PUT("/api/v1/me/now-playing", { body }).catch(() => undefined);
}
