import { Heart, ListEnd, ListStart } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { usePlayer, usePlayerState } from "../player/PlayerProvider";
import { append, current, playNext, type Track } from "../player/queue";
import { duration } from "../ui/format";
import { artistNames } from "../ui/names";
import { Preparing } from "../ui/Preparing";
import { useFavourite } from "./queries";
import { TrackMenu } from "./TrackMenu";

/** Tracks in order: a tap plays from there on. */
export function TrackList({
  tracks,
  numbered = false,
  also,
}: {
  tracks: readonly Track[];
  numbered?: boolean;
  /** Buttons of the list itself. */
  also?: (track: Track, place: number) => ReactNode;
}) {
  const player = usePlayer();
  const onId = usePlayerState((state) => current(state.queue)?.id);
  return (
    <ol className={numbered ? "tracks numbered" : "tracks"}>
      {tracks.map((track, place) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: a playlist may hold a track twice
          key={`${track.id} ${place}`}
          aria-current={track.id === onId ? "true" : undefined}
        >
          {numbered && <span className="number">{track.track_number || "·"}</span>}
          <button type="button" className="title" onClick={() => player.play(tracks, place)}>
            <strong>{track.title}</strong>
            <span>{artistNames(track.artists)}</span>
          </button>
          {track.preparing && <Preparing />}
          {!numbered && track.album_id && (
            <Link className="album" href={`/albums/${track.album_id}`}>
              {track.album_title}
            </Link>
          )}
          {also && <span className="buttons also">{also(track, place)}</span>}
          <TrackButtons track={track} />
          <span className="time">{duration(track.duration_ms)}</span>
        </li>
      ))}
    </ol>
  );
}

function TrackButtons({ track }: { track: Track }) {
  const player = usePlayer();
  const queue = usePlayerState((state) => state.queue);
  const favourite = useFavourite("track", track.id);
  const loved = Boolean(track.favourite_at);
  return (
    <span className="buttons">
      <button
        type="button"
        className="icon"
        aria-pressed={loved}
        aria-label={`Favourite ${track.title}`}
        onClick={() => favourite.mutate(!loved)}
      >
        <Heart />
      </button>
      <button
        type="button"
        className="icon"
        aria-label={`Play ${track.title} next`}
        title="Play next"
        onClick={() => player.arrange(playNext(queue, [track]))}
      >
        <ListStart />
      </button>
      <button
        type="button"
        className="icon"
        aria-label={`Add ${track.title} to the queue`}
        title="Add to the queue"
        onClick={() => player.arrange(append(queue, [track]))}
      >
        <ListEnd />
      </button>
      <TrackMenu track={track} />
    </span>
  );
}
