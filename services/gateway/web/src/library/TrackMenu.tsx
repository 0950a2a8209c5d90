import { Ellipsis, ListEnd, ListPlus, ListStart, Share2 } from "lucide-react";
import { useState } from "react";
import { usePlayer } from "../player/PlayerProvider";
import { append, playNext, type Track } from "../player/queue";
import { AddToPlaylist } from "../playlists/AddToPlaylist";
import { ShareSheet } from "../share/ShareSheet";
import { Sheet } from "../ui/Sheet";

/** Everything else that can be done with a track. */
export function TrackMenu({ track }: { track: Track }) {
  const [open, setOpen] = useState<"menu" | "add" | "share">();
  const player = usePlayer();
  const close = () => setOpen(undefined);
  const arrange = (arranged: typeof append) => {
    player.arrange(arranged(player.state.get().queue, [track]));
    close();
  };
  return (
    <>
      <button
        type="button"
        className="icon"
        aria-label={`More for ${track.title}`}
        title="More"
        onClick={() => setOpen("menu")}
      >
        <Ellipsis />
      </button>
      {open === "menu" && (
        <Sheet title={track.title} onClose={close}>
          <ul className="menu">
            <li>
              <button type="button" onClick={() => arrange(playNext)}>
                <ListStart /> Play next
              </button>
            </li>
            <li>
              <button type="button" onClick={() => arrange(append)}>
                <ListEnd /> Add to the queue
              </button>
            </li>
            <li>
              <button type="button" onClick={() => setOpen("add")}>
                <ListPlus /> Add to a playlist
              </button>
            </li>
            <li>
              <button type="button" onClick={() => setOpen("share")}>
                <Share2 /> Share
              </button>
            </li>
          </ul>
        </Sheet>
      )}
      {open === "add" && (
        <AddToPlaylist title={track.title} trackIds={[track.id]} onClose={close} />
      )}
      {open === "share" && (
        <ShareSheet title={track.title} things={{ track_ids: [track.id] }} onClose={close} />
      )}
    </>
  );
}
