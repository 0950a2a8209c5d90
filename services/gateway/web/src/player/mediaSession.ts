import { coverAddress } from "../ui/Cover";
import { artistNames } from "../ui/names";
import type { Player } from "./player";
import { current } from "./queue";

/** Shows what is on to the system (lock screen, media keys) and obeys its buttons. */
export function announceToSystem(player: Player): () => void {
  const session = navigator.mediaSession;
  if (!session) return () => undefined;
  session.setActionHandler("play", () => player.toggle());
  session.setActionHandler("pause", () => player.toggle());
  session.setActionHandler("nexttrack", () => player.next());
  session.setActionHandler("previoustrack", () => player.previous());
  session.setActionHandler("seekto", ({ seekTime }) => {
    if (seekTime !== undefined) player.seek(seekTime);
  });
  let shown: string | undefined;
  return player.state.on(() => {
    const { queue, playing, waiting } = player.state.get();
    const track = current(queue);
    session.playbackState = playing || waiting ? "playing" : "paused";
    if (track?.id === shown) return;
    shown = track?.id;
    session.metadata = track
      ? new MediaMetadata({
          title: track.title,
          artist: artistNames(track.artists),
          album: track.album_title ?? "",
          artwork: track.cover_sha256
            ? [{ src: coverAddress(track.cover_sha256, 600), sizes: "600x600", type: "image/webp" }]
            : [],
        })
      : null;
  });
}
