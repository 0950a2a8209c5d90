import { Play } from "lucide-react";
import { Link } from "wouter";
import { answer, api } from "../api/client";
import { usePlayer } from "../player/PlayerProvider";
import { Cover } from "../ui/Cover";
import { artistNames } from "../ui/names";
import type { Album } from "./queries";

/** Albums as covers; the button on each plays it. */
export function AlbumGrid({ albums }: { albums: readonly Album[] }) {
  const player = usePlayer();

  async function play(album_id: string) {
    const { tracks } = await answer(
      api.GET("/api/v1/albums/{album_id}", { params: { path: { album_id } } }),
    );
    player.play(tracks);
  }

  return (
    <ul className="grid">
      {albums.map((album) => (
        <li key={album.id} className="card">
          <Link href={`/albums/${album.id}`}>
            <Cover sha256={album.cover_sha256 ?? undefined} title={album.title} size={300} />
            <strong>{album.title}</strong>
          </Link>
          <span>{artistNames(album.artists)}</span>
          <button
            type="button"
            className="icon play"
            aria-label={`Play ${album.title}`}
            onClick={() => void play(album.id)}
          >
            <Play />
          </button>
        </li>
      ))}
    </ul>
  );
}
