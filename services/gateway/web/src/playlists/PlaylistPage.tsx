import { ArrowDown, ArrowUp, Pencil, Play, Shuffle, Trash2, X } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { TrackList } from "../library/TrackList";
import { usePlayer } from "../player/PlayerProvider";
import { useSession } from "../session/SessionGate";
import { ShareButton } from "../share/ShareButton";
import { Cover } from "../ui/Cover";
import { count, longDuration } from "../ui/format";
import { More } from "../ui/More";
import { Refusal } from "../ui/Refusal";
import { Sheet } from "../ui/Sheet";
import { shuffled } from "../ui/shuffle";
import { Waiting } from "../ui/Waiting";
import { ExportButton } from "./Files";
import { PlaylistForm } from "./PlaylistForm";
import {
  type Entry,
  mayEdit,
  mayOwn,
  type Playlist,
  useEditTracks,
  usePlaylist,
  useRemovePlaylist,
} from "./queries";

/** One playlist: play it, and arrange it if one may. */
export function PlaylistPage({ playlistId }: { playlistId: string }) {
  const { user } = useSession();
  const found = usePlaylist(playlistId);
  const about = found.data?.pages[0]?.playlist;
  if (!about) return <Waiting error={found.error} />;
  const entries = found.data?.pages.flatMap((page) => page.items) ?? [];
  const arranged = !about.rule && mayEdit(about, user);
  return (
    <article>
      <Header about={about} entries={entries} />
      {entries.length === 0 && (
        <p className="hush">
          {about.rule
            ? "No track is so now. It is looked for again whenever you open this."
            : "Nothing in it yet. The button “…” beside a track adds it."}
        </p>
      )}
      {arranged ? (
        <Arranged about={about} entries={entries} />
      ) : (
        <TrackList tracks={entries.map(({ track }) => track)} />
      )}
      <More has={found.hasNextPage} read={found.fetchNextPage} />
    </article>
  );
}

function Header({ about, entries }: { about: Playlist; entries: readonly Entry[] }) {
  const { user } = useSession();
  const player = usePlayer();
  const [open, setOpen] = useState<"edit" | "remove">();
  const tracks = entries.map(({ track }) => track);
  const facts = [
    about.rule ? "Smart playlist" : "Playlist",
    about.owner_id !== user.id && `by ${about.owner_name}`,
    about.public && "seen by everyone",
    count(about.track_count, "track"),
    longDuration(about.duration_ms),
  ];
  return (
    <header className="hero">
      <Cover sha256={about.cover_sha256s[0]} title={about.name} size={600} />
      <div>
        <h1>{about.name}</h1>
        {about.comment && <p>{about.comment}</p>}
        <p className="hush">{facts.filter(Boolean).join(" · ")}</p>
        <div className="actions">
          <button
            type="button"
            className="primary"
            disabled={!tracks.length}
            onClick={() => player.play(tracks)}
          >
            <Play /> Play
          </button>
          <button
            type="button"
            disabled={!tracks.length}
            onClick={() => player.play(shuffled(tracks))}
          >
            <Shuffle /> Shuffle
          </button>
          <ShareButton title={about.name} things={{ playlist_ids: [about.id] }} />
          <ExportButton playlist={about} />
          {mayEdit(about, user) && (
            <button type="button" onClick={() => setOpen("edit")}>
              <Pencil /> Change
            </button>
          )}
          {mayOwn(about, user) && (
            <button
              type="button"
              className="icon"
              aria-label={`Delete ${about.name}`}
              title="Delete"
              onClick={() => setOpen("remove")}
            >
              <Trash2 />
            </button>
          )}
        </div>
      </div>
      {open === "edit" && <PlaylistForm playlist={about} onDone={() => setOpen(undefined)} />}
      {open === "remove" && <Removal about={about} onClose={() => setOpen(undefined)} />}
    </header>
  );
}

function Removal({ about, onClose }: { about: Playlist; onClose: () => void }) {
  const remove = useRemovePlaylist();
  const [, go] = useLocation();
  return (
    <Sheet title={`Delete ${about.name}?`} onClose={onClose}>
      <p>The tracks in it stay in your library.</p>
      <Refusal of={remove.error} />
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={remove.isPending}
          onClick={() => remove.mutate(about.id, { onSuccess: () => go("/playlists") })}
        >
          Delete
        </button>
        <button type="button" onClick={onClose}>
          Keep it
        </button>
      </div>
    </Sheet>
  );
}

function Arranged({ about, entries }: { about: Playlist; entries: readonly Entry[] }) {
  const edit = useEditTracks(about.id);
  const change = (asked: Parameters<typeof edit.mutate>[0]) =>
    edit.mutate({ ...asked, version: about.version });
  return (
    <>
      <Refusal of={edit.error} />
      <TrackList
        tracks={entries.map(({ track }) => track)}
        also={(track, place) => {
          const entry_id = entries[place]?.entry_id ?? "";
          return (
            <>
              <button
                type="button"
                className="icon"
                aria-label={`Move ${track.title} up`}
                disabled={edit.isPending || place === 0}
                onClick={() => change({ move: { entry_id, to: place - 1 } })}
              >
                <ArrowUp />
              </button>
              <button
                type="button"
                className="icon"
                aria-label={`Move ${track.title} down`}
                disabled={edit.isPending || place === entries.length - 1}
                onClick={() => change({ move: { entry_id, to: place + 1 } })}
              >
                <ArrowDown />
              </button>
              <button
                type="button"
                className="icon"
                aria-label={`Take ${track.title} out`}
                disabled={edit.isPending}
                onClick={() => change({ remove: [entry_id] })}
              >
                <X />
              </button>
            </>
          );
        }}
      />
    </>
  );
}
