import { ListPlus, Sparkles } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useSession } from "../session/SessionGate";
import { Cover } from "../ui/Cover";
import { count } from "../ui/format";
import { More } from "../ui/More";
import { Waiting } from "../ui/Waiting";
import { ImportButton } from "./Files";
import { PlaylistForm } from "./PlaylistForm";
import { usePlaylists } from "./queries";

/** One's playlists, and those that others show to everyone. */
export function PlaylistsPage() {
  const { user } = useSession();
  const [, go] = useLocation();
  const [making, make] = useState<"manual" | "smart">();
  const playlists = usePlaylists();
  const all = playlists.data?.pages.flatMap((page) => page.items);
  return (
    <section>
      <header className="row">
        <h1>Playlists</h1>
        <div className="actions">
          <button type="button" onClick={() => make("manual")}>
            <ListPlus /> New playlist
          </button>
          <button type="button" onClick={() => make("smart")}>
            <Sparkles /> New smart playlist
          </button>
          <ImportButton />
        </div>
      </header>
      {!all && <Waiting error={playlists.error} />}
      {all?.length === 0 && (
        <p className="hush">
          None yet. One you fill by hand takes what you give it; a smart one finds its tracks
          itself.
        </p>
      )}
      <ul className="grid">
        {all?.map((playlist) => (
          <li key={playlist.id} className="card">
            <Link href={`/playlists/${playlist.id}`}>
              <Cover sha256={playlist.cover_sha256s[0]} title={playlist.name} size={300} />
              <strong>{playlist.name}</strong>
            </Link>
            <span>
              {[
                playlist.rule && "Smart",
                count(playlist.track_count, "track"),
                playlist.owner_id !== user.id && playlist.owner_name,
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
      <More has={playlists.hasNextPage} read={playlists.fetchNextPage} />
      {making && (
        <PlaylistForm
          smart={making === "smart"}
          onDone={(saved) => {
            make(undefined);
            if (saved) go(`/playlists/${saved.id}`);
          }}
        />
      )}
    </section>
  );
}
