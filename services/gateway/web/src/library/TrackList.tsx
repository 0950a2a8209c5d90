import { Heart, ListEnd, ListStart } from "lucide-react";
import { Link } from "wouter";
import { usePlayer, usePlayerState } from "../player/PlayerProvider";
import { append, current, playNext, type Track } from "../player/queue";
import { duration } from "../ui/format";
import { artistNames } from "../ui/names";
import { Preparing } from "../ui/Preparing";
import { useFavourite } from "./queries";

/** Tracks in order: a tap plays from there on. */
export function TrackList({
  tracks,
  numbered = false,
}: {
  tracks: readonly Track[];
  numbered?: boolean;
}) {
  const player = usePlayer();
  const onId = usePlayerState((state) => current(state.queue)?.id);
  return (
    <ol className={numbered ? "tracks numbered" : "tracks"}>
      {tracks.map((track, place) => (
        <li key={track.id} aria-current={track.id === onId ? "true" : undefined}>
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
    </span>
  );
}
