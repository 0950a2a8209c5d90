import { useDeferredValue } from "react";
import { Link } from "wouter";
import { AlbumGrid } from "./AlbumGrid";
import { useSearch } from "./queries";
import { TrackList } from "./TrackList";

/** What the words in the search field find. */
export function SearchPage({ words }: { words: string }) {
  const query = useDeferredValue(words.trim());
  const found = useSearch(query);
  if (found.error) return <p role="alert">{found.error.message}</p>;
  if (!found.data) return <p className="hush">Searching …</p>;
  const { artists, albums, tracks } = found.data;
  if (!artists.length && !albums.length && !tracks.length)
    return <p className="hush">Nothing is called “{query}”. Fewer letters find more.</p>;
  return (
    <>
      {artists.length > 0 && (
        <section>
          <h2>Artists</h2>
          <ul className="chips">
            {artists.map((artist) => (
              <li key={artist.id}>
                <Link href={`/artists/${artist.id}`}>{artist.name}</Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {albums.length > 0 && (
        <section>
          <h2>Albums</h2>
          <AlbumGrid albums={albums} />
        </section>
      )}
      {tracks.length > 0 && (
        <section>
          <h2>Tracks</h2>
          <TrackList tracks={tracks} />
        </section>
      )}
    </>
  );
}
