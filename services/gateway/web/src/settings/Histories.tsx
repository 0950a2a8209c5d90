import { FileUp } from "lucide-react";
import { type ChangeEvent, useRef } from "react";
import { count } from "../ui/format";
import { Refusal } from "../ui/Refusal";
import {
  type HistoryImport,
  isUnderWay,
  useHistoryImports,
  useMatchAgain,
  usePullHistory,
  useScrobblers,
  useSendHistory,
  useUnmatched,
} from "./queries";
import { NAMES, progress, title } from "./words";

/** What one heard elsewhere, brought here. */
export function Histories() {
  const imports = useHistoryImports();
  const items = imports.data?.items ?? [];
  return (
    <>
      <h2>Your history</h2>
      <Sources />
      <ul className="items" aria-label="Imports">
        {items.map((each) => (
          <Row key={each.id} item={each} />
        ))}
      </ul>
      <Refusal of={imports.error} />
      <Unmatched ended={items.filter((each) => !isUnderWay(each)).length} />
    </>
  );
}

function Sources() {
  const scrobblers = useScrobblers();
  const pull = usePullHistory();
  const send = useSendHistory();
  const file = useRef<HTMLInputElement>(null);

  function chosen(event: ChangeEvent<HTMLInputElement>) {
    const [first] = event.currentTarget.files ?? [];
    if (first) send.mutate(first);
    event.currentTarget.value = "";
  }

  return (
    <div className="chooser">
      <p>Bring what you heard elsewhere. Importing the same again adds nothing.</p>
      <p className="hush">
        Spotify’s streaming history (JSON), Apple Music Play Activity (CSV), or the zip they came
        in, up to 64 MB.
      </p>
      <div className="actions">
        <button
          type="button"
          className="primary"
          disabled={send.isPending}
          onClick={() => file.current?.click()}
        >
          <FileUp /> {send.isPending ? "Sending …" : "Import a file"}
        </button>
        {scrobblers.data?.items
          .filter((each) => each.state === "connected")
          .map(({ scrobbler }) => (
            <button
              key={scrobbler}
              type="button"
              disabled={pull.isPending}
              onClick={() => pull.mutate(scrobbler)}
            >
              From {NAMES[scrobbler]}
            </button>
          ))}
      </div>
      <input
        ref={file}
        type="file"
        accept=".json,.csv,.zip"
        hidden
        aria-label="History file"
        onChange={chosen}
      />
      <Refusal of={send.error ?? pull.error} />
    </div>
  );
}

function Row({ item }: { item: HistoryImport }) {
  const tone = item.state === "failed" ? "bad" : isUnderWay(item) ? "busy" : "good";
  return (
    <li data-tone={tone}>
      <div className="names">
        <strong>{title(item)}</strong>
        <span className="hush">{progress(item)}</span>
      </div>
      {isUnderWay(item) && <progress aria-label={title(item)} />}
    </li>
  );
}

function Unmatched({ ended }: { ended: number }) {
  const found = useUnmatched(ended);
  const again = useMatchAgain();
  const items = found.data?.items ?? [];
  if (!items.length) return null;
  return (
    <details>
      <summary>Heard elsewhere, and not here</summary>
      <button type="button" disabled={again.isPending} onClick={() => again.mutate(undefined)}>
        Look for them again
      </button>
      <Refusal of={again.error} />
      <ul aria-label="Not here">
        {items.map((each) => (
          <li key={`${each.title}\n${each.artist}\n${each.album}`}>
            {[each.title, each.artist, each.album].filter(Boolean).join(" · ")}{" "}
            <span className="hush">{count(each.listen_count, "time")}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
