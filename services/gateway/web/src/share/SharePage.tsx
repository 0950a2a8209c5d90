import { Download, Music2, Pause, Play, SkipBack, SkipForward } from "lucide-react";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { Problem } from "../api/client";
import { Cover } from "../ui/Cover";
import { count, duration, longDuration } from "../ui/format";
import { Waiting } from "../ui/Waiting";
import { type OpenShare, useOpenShare } from "./queries";
import { SharedPlayer } from "./sharedPlayer";
import "./share.css";

/** What somebody shares, for whoever has the link. Nobody needs an account here. */
export default function SharePage({ secret }: { secret: string }) {
  const share = useOpenShare(secret);
  const title = share.data?.title;
  useEffect(() => {
    if (title) document.title = `${title} · Tutti`;
  }, [title]);

  if (share.data) {
    const renew = async () => {
      const { data } = await share.refetch({ throwOnError: true });
      return data?.tracks ?? [];
    };
    return <Opened share={share.data} secret={secret} renew={renew} />;
  }
  const ended = share.error instanceof Problem && share.error.status === 404;
  return <main className="door">{ended ? <Ended /> : <Waiting error={share.error} />}</main>;
}

function Ended() {
  return (
    <>
      <img src="/icon.svg" alt="" width="56" height="56" />
      <h1>This link has ended</h1>
      <p className="hush">
        What was here is not shared any more, or the address is not complete. Ask who sent it to you
        for a new one.
      </p>
    </>
  );
}

function Opened({
  share,
  secret,
  renew,
}: {
  share: OpenShare;
  secret: string;
  renew: () => Promise<OpenShare["tracks"]>;
}) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: one player for one link
  const player = useMemo(() => new SharedPlayer(renew), [secret]);
  useEffect(() => player.take(share.tracks), [player, share.tracks]);
  useEffect(() => () => player.close(), [player]);
  const { place } = useSyncExternalStore(player.state.on, player.state.get);
  const total_ms = share.tracks.reduce((sum, track) => sum + track.duration_ms, 0);

  return (
    <main className="shared">
      <header className="hero">
        {share.has_cover ? (
          <img className="cover" src={`/api/v1/shared/${secret}/cover`} alt="" />
        ) : (
          <Cover sha256={undefined} title={share.title} size={600} />
        )}
        <div>
          <p className="hush">{share.owner_name} shares with you</p>
          <h1>{share.title}</h1>
          {share.description && <p className="said-of-it">{share.description}</p>}
          <p className="hush">
            {count(share.tracks.length, "track")} · {longDuration(total_ms)}
          </p>
          <Transport player={player} last={share.tracks.length - 1} />
        </div>
      </header>
      <ol className="tracks numbered" aria-label="Tracks">
        {share.tracks.map((track, at) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: the order of a share stays
            key={at}
            aria-current={at === place ? "true" : undefined}
          >
            <span className="number">{at + 1}</span>
            <button type="button" className="title" onClick={() => player.play(at)}>
              <strong>{track.title}</strong>
              <span>{track.artist}</span>
            </button>
            {track.download_url && (
              <a
                className="icon"
                href={track.download_url}
                download={[track.artist, track.title].filter(Boolean).join(" - ")}
                aria-label={`Download ${track.title}`}
                title="Download"
              >
                <Download />
              </a>
            )}
            <span className="time">{duration(track.duration_ms)}</span>
          </li>
        ))}
      </ol>
      {share.tracks.length === 0 && <p className="hush">There is nothing in it now.</p>}
      <footer className="hush">
        <Music2 aria-hidden="true" /> Played by Tutti
      </footer>
    </main>
  );
}

function Transport({ player, last }: { player: SharedPlayer; last: number }) {
  const state = useSyncExternalStore(player.state.on, player.state.get);
  const { place, playing, position_s, duration_s, trouble } = state;
  return (
    <section aria-label="Player">
      <div className="transport">
        <button
          type="button"
          className="icon"
          aria-label="Previous"
          disabled={place === undefined}
          onClick={() => player.previous()}
        >
          <SkipBack />
        </button>
        <button
          type="button"
          className="icon play"
          aria-label={playing ? "Pause" : "Play"}
          disabled={last < 0}
          onClick={() => player.toggle()}
        >
          {playing ? <Pause /> : <Play />}
        </button>
        <button
          type="button"
          className="icon"
          aria-label="Next"
          disabled={place === undefined || place >= last}
          onClick={() => player.next()}
        >
          <SkipForward />
        </button>
        <span className="time">{duration(position_s * 1000)}</span>
        <input
          type="range"
          min={0}
          max={Math.max(1, Math.round(duration_s))}
          step={1}
          value={Math.round(position_s)}
          disabled={place === undefined}
          aria-label="Place in the track"
          aria-valuetext={`${duration(position_s * 1000)} of ${duration(duration_s * 1000)}`}
          onChange={(event) => player.seek(Number(event.currentTarget.value))}
        />
        <span className="time">{duration(duration_s * 1000)}</span>
      </div>
      {trouble && <p role="alert">{trouble}</p>}
    </section>
  );
}
