import { Play, Shuffle } from "lucide-react";
import { Link } from "wouter";
import { usePlayer } from "../player/PlayerProvider";
import type { Track } from "../player/queue";
import { ShareButton } from "../share/ShareButton";
import { Cover } from "../ui/Cover";
import { count, longDuration } from "../ui/format";
import { shuffled } from "../ui/shuffle";
import { Waiting } from "../ui/Waiting";
import { useAlbum } from "./queries";
import { TrackList } from "./TrackList";

/** One album: its cover, who made it, its tracks by disc. */
export function AlbumPage({ albumId }: { albumId: string }) {
  const album = useAlbum(albumId);
  const player = usePlayer();
  if (!album.data) return <Waiting error={album.error} />;
  const { album: about, tracks } = album.data;
  return (
    <article>
      <header className="hero">
        <Cover sha256={about.cover_sha256 ?? undefined} title={about.title} size={600} />
        <div>
          <h1>{about.title}</h1>
          <p>
            {about.artists.map((artist) => (
              <Link key={artist.artist_id} href={`/artists/${artist.artist_id}`}>
                {artist.name}
              </Link>
            ))}
          </p>
          <p className="hush">
            {[
              about.date?.slice(0, 4),
              count(about.track_count, "track"),
              longDuration(about.duration_ms),
              ...about.genres,
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
          <div className="actions">
            <button type="button" className="primary" onClick={() => player.play(tracks)}>
              <Play /> Play
            </button>
            <button type="button" onClick={() => player.play(shuffled(tracks))}>
              <Shuffle /> Shuffle
            </button>
            <ShareButton title={about.title} things={{ album_ids: [albumId] }} />
          </div>
        </div>
      </header>
      {discs(tracks).map(([disc, onDisc], _, all) => (
        <section key={disc}>
          {all.length > 1 && <h2>Disc {disc}</h2>}
          <TrackList tracks={onDisc} numbered />
        </section>
      ))}
      {about.label && <p className="hush">{about.label}</p>}
    </article>
  );
}

/** Tracks by disc, in order. */
export function discs(tracks: readonly Track[]): [number, Track[]][] {
  const byDisc = new Map<number, Track[]>();
  for (const track of tracks) {
    const disc = track.disc_number || 1;
    byDisc.set(disc, [...(byDisc.get(disc) ?? []), track]);
  }
  return [...byDisc].sort(([a], [b]) => a - b);
}
