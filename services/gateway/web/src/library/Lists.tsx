import { useState } from "react";
import { Link } from "wouter";
import { Cover } from "../ui/Cover";
import { count } from "../ui/format";
import { More } from "../ui/More";
import { Waiting } from "../ui/Waiting";
import { AlbumGrid } from "./AlbumGrid";
import { type AlbumOrder, useAlbums, useArtists, useTracks } from "./queries";
import { TrackList } from "./TrackList";

const ORDERS: Record<AlbumOrder, string> = {
  newest: "Last added",
  title: "Title",
  artist: "Artist",
  year: "Year",
  frequent: "Most played",
  recent: "Last played",
  random: "Surprise me",
};

export function AlbumsPage() {
  const [order, setOrder] = useState<AlbumOrder>("newest");
  const albums = useAlbums(order);
  const all = albums.data?.pages.flatMap((page) => page.items);
  return (
    <section>
      <header className="row">
        <h1>Albums</h1>
        <label>
          Order{" "}
          <select
            value={order}
            onChange={(event) => setOrder(event.currentTarget.value as AlbumOrder)}
          >
            {Object.entries(ORDERS).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </header>
      {all ? <AlbumGrid albums={all} /> : <Waiting error={albums.error} />}
      {all?.length === 0 && <Nothing />}
      <More has={albums.hasNextPage} read={albums.fetchNextPage} />
    </section>
  );
}

export function ArtistsPage() {
  const artists = useArtists();
  const all = artists.data?.pages.flatMap((page) => page.items);
  return (
    <section>
      <h1>Artists</h1>
      {!all && <Waiting error={artists.error} />}
      {all?.length === 0 && <Nothing />}
      <ul className="artists">
        {all?.map((artist) => (
          <li key={artist.id}>
            <Link href={`/artists/${artist.id}`}>
              <Cover sha256={artist.cover_sha256 ?? undefined} title={artist.name} size={96} />
              <span>
                <strong>{artist.name}</strong>
                <small className="hush">
                  {count(artist.album_count, "album")}, {count(artist.track_count, "track")}
                </small>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <More has={artists.hasNextPage} read={artists.fetchNextPage} />
    </section>
  );
}

export function TracksPage() {
  const tracks = useTracks();
  const all = tracks.data?.pages.flatMap((page) => page.items);
  return (
    <section>
      <h1>Tracks</h1>
      {all ? <TrackList tracks={all} /> : <Waiting error={tracks.error} />}
      {all?.length === 0 && <Nothing />}
      <More has={tracks.hasNextPage} read={tracks.fetchNextPage} />
    </section>
  );
}

function Nothing() {
  return (
    <p className="hush">
      Nothing here yet. <Link href="/add">Add some music</Link>, or drop files anywhere on this
      page.
    </p>
  );
}
