import { ListMusic, Pause, Play, SkipBack, SkipForward } from "lucide-react";
import { Link } from "wouter";
import { Cover } from "../ui/Cover";
import { artistNames } from "../ui/names";
import { Volume } from "../ui/Volume";
import { usePlayer, usePlayerState } from "./PlayerProvider";
import { current } from "./queue";
import { Waveform } from "./Waveform";

/** What is on, and the buttons for it; always at the foot of the page. */
export function PlayerBar({ queueOpen, onQueue }: { queueOpen: boolean; onQueue: () => void }) {
  const track = usePlayerState((state) => current(state.queue));
  const trouble = usePlayerState((state) => state.trouble);
  const waiting = usePlayerState((state) => state.waiting);
  const preparing = waiting ? "Preparing to play …" : "Being prepared";
  return (
    <section className="player" aria-label="Player">
      <div className="now">
        {track && (
          <Cover
            sha256={track.cover_sha256 ?? undefined}
            title={track.album_title || track.title}
            size={96}
          />
        )}
        <div className="names" aria-live="polite">
          {track ? (
            <>
              <strong>
                {track.album_id ? (
                  <Link href={`/albums/${track.album_id}`}>{track.title}</Link>
                ) : (
                  track.title
                )}
              </strong>
              <span>{trouble || (track.preparing ? preparing : artistNames(track.artists))}</span>
            </>
          ) : (
            <span className="hush">{trouble || "Choose something to hear."}</span>
          )}
        </div>
      </div>
      <Transport />
      <Waveform />
      <div className="aside">
        <Loudness />
        <button
          type="button"
          className="icon"
          aria-label="Queue"
          aria-expanded={queueOpen}
          onClick={onQueue}
        >
          <ListMusic />
        </button>
      </div>
    </section>
  );
}

function Transport() {
  const player = usePlayer();
  const playing = usePlayerState((state) => state.playing);
  const waiting = usePlayerState((state) => state.waiting);
  const empty = usePlayerState((state) => state.queue.tracks.length === 0);
  return (
    <div className="transport">
      <button
        type="button"
        className="icon"
        aria-label="Previous"
        disabled={empty}
        onClick={() => player.previous()}
      >
        <SkipBack />
      </button>
      <button
        type="button"
        className={`icon play${waiting ? " waiting" : ""}`}
        aria-label={playing || waiting ? "Pause" : "Play"}
        disabled={empty}
        onClick={() => player.toggle()}
      >
        {playing || waiting ? <Pause /> : <Play />}
      </button>
      <button
        type="button"
        className="icon"
        aria-label="Next"
        disabled={empty}
        onClick={() => player.next()}
      >
        <SkipForward />
      </button>
    </div>
  );
}

function Loudness() {
  const player = usePlayer();
  const volume = usePlayerState((state) => state.volume);
  return <Volume value={volume} onMove={(loud) => player.setVolume(loud)} />;
}
