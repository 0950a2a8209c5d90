import { Download, FileDown, FileUp } from "lucide-react";
import { type ChangeEvent, useRef, useState } from "react";
import { Link } from "wouter";
import { count } from "../ui/format";
import { Refusal } from "../ui/Refusal";
import { Sheet } from "../ui/Sheet";
import { type Playlist, type PlaylistImport, useImportPlaylist } from "./queries";

/** Makes a playlist of a file that another program wrote, and says what was not found. */
export function ImportButton() {
  const send = useImportPlaylist();
  const file = useRef<HTMLInputElement>(null);

  function chosen({ currentTarget }: ChangeEvent<HTMLInputElement>) {
    const [first] = currentTarget.files ?? [];
    if (first) send.mutate(first);
    currentTarget.value = "";
  }

  return (
    <>
      <button type="button" disabled={send.isPending} onClick={() => file.current?.click()}>
        <FileUp /> {send.isPending ? "Importing …" : "Import"}
      </button>
      <input
        ref={file}
        type="file"
        accept=".m3u,.m3u8,.jspf,.json"
        hidden
        aria-label="Playlist file"
        onChange={chosen}
      />
      {send.data && <Outcome of={send.data} onClose={send.reset} />}
      {send.error && (
        <Sheet title="This was not imported" onClose={send.reset}>
          <Refusal of={send.error} />
        </Sheet>
      )}
    </>
  );
}

function Outcome({ of, onClose }: { of: PlaylistImport; onClose: () => void }) {
  const { playlist, matched_count, unmatched } = of;
  return (
    <Sheet title={of.name} onClose={onClose}>
      <p>
        {playlist
          ? `${count(matched_count, "track")} found.`
          : "Nothing in it is here, so there is no playlist."}{" "}
        {unmatched.length > 0 && `${unmatched.length} not here:`}
      </p>
      {unmatched.length > 0 && (
        <ol className="not-here hush" aria-label="Not here">
          {unmatched.map((song) => (
            <li key={song.position}>
              {[song.artist, song.title].filter(Boolean).join(" · ") || song.path}
            </li>
          ))}
        </ol>
      )}
      <div className="actions">
        {playlist && (
          <Link className="in-text" href={`/playlists/${playlist.id}`}>
            Open it
          </Link>
        )}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Sheet>
  );
}

const FORMATS = {
  m3u8: "M3U8, for players",
  jspf: "JSPF, with all that is known",
};

/** Offers a playlist as a file for other programs. */
export function ExportButton({ playlist }: { playlist: Playlist }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="icon"
        aria-label={`Export ${playlist.name}`}
        title="Export"
        onClick={() => setOpen(true)}
      >
        <Download />
      </button>
      {open && (
        <Sheet title={`Export ${playlist.name}`} onClose={() => setOpen(false)}>
          <ul className="menu">
            {Object.entries(FORMATS).map(([format, words]) => (
              <li key={format}>
                <a
                  href={`/api/v1/playlists/${playlist.id}/export?format=${format}`}
                  download
                  onClick={() => setOpen(false)}
                >
                  <FileDown /> {words}
                </a>
              </li>
            ))}
          </ul>
        </Sheet>
      )}
    </>
  );
}
