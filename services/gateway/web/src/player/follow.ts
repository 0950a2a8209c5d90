import { api } from "../api/client";
import type { Player } from "./player";

const SAVE_AFTER_MS = 2000;
const SAVE_POSITION_EVERY_S = 15;

/**
 * Keeps the queue on the server, so that it follows the listener from device to device: restores
 * it once, then saves what changes. Answers how to stop.
 */
export function keepQueueOnServer(player: Player): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saved = "";

  const save = async () => {
    const { queue, position_s } = player.state.get();
    const body = {
      track_ids: queue.tracks.map((track) => track.id),
      current_index: queue.index,
      position_ms: Math.round(position_s * 1000),
      changed_by: "Tutti web",
    };
    const content = signature();
    const { response } = await api.PUT("/api/v1/queue", { body });
    if (response.ok) saved = content;
  };
  const signature = () => {
    const { queue, position_s } = player.state.get();
    const place = Math.floor(position_s / SAVE_POSITION_EVERY_S);
    return JSON.stringify([queue.index, place, queue.tracks.map((track) => track.id)]);
  };
  const changed = () => {
    if (timer !== undefined || signature() === saved) return;
    timer = setTimeout(() => {
      timer = undefined;
      void save().catch(() => undefined);
    }, SAVE_AFTER_MS);
  };

  let off: (() => void) | undefined;
  void restore(player)
    .catch(() => undefined)
    .then(() => {
      if (stopped) return;
      saved = signature();
      off = player.state.on(changed);
    });
  return () => {
    stopped = true;
    clearTimeout(timer);
    off?.();
  };
}

async function restore(player: Player): Promise<void> {
  const { data } = await api.GET("/api/v1/queue");
  if (!data?.tracks.length || player.state.get().queue.tracks.length) return;
  const wanted = data.queue.track_ids[data.queue.current_index];
  const index = Math.max(
    0,
    data.tracks.findIndex((track) => track.id === wanted),
  );
  player.restore({ tracks: data.tracks, index }, data.queue.position_ms / 1000);
}
