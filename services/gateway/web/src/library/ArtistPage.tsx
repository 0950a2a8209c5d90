import { Waiting } from "../ui/Waiting";
import { AlbumGrid } from "./AlbumGrid";
import { useArtist } from "./queries";
import { TrackList } from "./TrackList";

/** One artist: what is theirs, and where else they are heard. */
export function ArtistPage({ artistId }: { artistId: string }) {
  const artist = useArtist(artistId);
  if (!artist.data) return <Waiting error={artist.error} />;
  const { artist: about, albums, appears_on, top_tracks } = artist.data;
  return (
    <article>
      <h1>{about.name}</h1>
      {albums.length > 0 && (
        <section>
          <h2>Albums</h2>
          <AlbumGrid albums={albums} />
        </section>
      )}
      {top_tracks.length > 0 && (
        <section>
          <h2>Tracks</h2>
          <TrackList tracks={top_tracks} />
        </section>
      )}
      {appears_on.length > 0 && (
        <section>
          <h2>Appears on</h2>
          <AlbumGrid albums={appears_on} />
        </section>
      )}
    </article>
  );
}
