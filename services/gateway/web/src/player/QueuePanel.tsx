import { ArrowDown, ArrowUp, X } from "lucide-react";
import { artistNames } from "../ui/names";
import { Preparing } from "../ui/Preparing";
import { usePlayer, usePlayerState } from "./PlayerProvider";
import { EMPTY, move, remove } from "./queue";

/** What comes next: jump to it, move it, take it out. */
export function QueuePanel() {
  const player = usePlayer();
  const queue = usePlayerState((state) => state.queue);
  return (
    <aside className="queue" aria-label="Queue">
      <header>
        <h2>Queue</h2>
        <button
          type="button"
          className="link"
          disabled={!queue.tracks.length}
          onClick={() => player.restore(EMPTY, 0)}
        >
          Clear
        </button>
      </header>
      {queue.tracks.length === 0 && (
        <p className="hush">Nothing is queued. Play an album, or add tracks to the queue.</p>
      )}
      <ol>
        {queue.tracks.map((track, place) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a track may be queued twice
            key={`${track.id} ${place}`}
            aria-current={place === queue.index ? "true" : undefined}
          >
            <button
              type="button"
              className="title"
              onClick={() => player.play(queue.tracks, place)}
            >
              <strong>{track.title}</strong>
              <span>{artistNames(track.artists)}</span>
            </button>
            {track.preparing && <Preparing />}
            <button
              type="button"
              className="icon"
              aria-label={`Move ${track.title} up`}
              disabled={place === 0}
              onClick={() => player.arrange(move(queue, place, place - 1))}
            >
              <ArrowUp />
            </button>
            <button
              type="button"
              className="icon"
              aria-label={`Move ${track.title} down`}
              disabled={place === queue.tracks.length - 1}
              onClick={() => player.arrange(move(queue, place, place + 1))}
            >
              <ArrowDown />
            </button>
            <button
              type="button"
              className="icon"
              aria-label={`Take ${track.title} out`}
              onClick={() => player.arrange(remove(queue, place))}
            >
              <X />
            </button>
          </li>
        ))}
      </ol>
    </aside>
  );
}
