import { CopyField } from "../ui/CopyField";
import { count, day } from "../ui/format";
import { Refusal } from "../ui/Refusal";
import { Waiting } from "../ui/Waiting";
import { linkTo, type Share, useEndShare, useShares } from "./queries";

/** The links one has made. */
export function Shares() {
  const shares = useShares();
  const end = useEndShare();
  return (
    <>
      <h2>Shared links</h2>
      {shares.data?.length === 0 && (
        <p className="hush">None yet. Albums, playlists and tracks have a button that makes one.</p>
      )}
      {!shares.data && <Waiting error={shares.error} />}
      <Refusal of={end.error} />
      <ul className="items" aria-label="Shared links">
        {shares.data?.map((share) => (
          <li key={share.id} data-tone={hasEnded(share) ? "bad" : "good"}>
            <div className="names">
              <strong>{share.title}</strong>
              <span className="hush">{standing(share)}</span>
            </div>
            {!hasEnded(share) && (
              <CopyField name={`Link to ${share.title}`} value={linkTo(share)} />
            )}
            <button
              type="button"
              disabled={end.isPending}
              aria-label={`End the link to ${share.title}`}
              onClick={() => end.mutate(share.id)}
            >
              {hasEnded(share) ? "Remove" : "End"}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function hasEnded({ expires_at }: Share): boolean {
  return expires_at !== null && Date.parse(expires_at) <= Date.now();
}

function standing(share: Share): string {
  const { expires_at } = share;
  return [
    count(share.track_count, "track"),
    `opened ${count(share.open_count, "time")}`,
    expires_at && `${hasEnded(share) ? "ended" : "ends"} ${day(expires_at)}`,
    share.downloadable && "may be downloaded",
  ]
    .filter(Boolean)
    .join(", ");
}
