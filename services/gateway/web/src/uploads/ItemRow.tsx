import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import type { Item } from "./uploader";

type Tone = "busy" | "good" | "bad" | "ask";

const TONES: Record<Item["state"], Tone> = {
  waiting: "busy",
  processing: "busy",
  undecided: "ask",
  published: "good",
  duplicate: "good",
  quarantined: "bad",
  dismissed: "good",
};

/** What the steps of the pipeline are for a listener. */
const STEPS: Record<string, string> = {
  stage: "Putting it together",
  probe: "Looking inside",
  tags: "Reading its tags",
  fingerprint: "Looking whether you have it",
  peaks: "Drawing its shape",
  loudness: "Measuring how loud it is",
  features: "Finding tempo and key",
  publish: "Putting it on the shelf",
};

/** One file of the listener's, as the server sees it. */
export function ItemRow({ item }: { item: Item }) {
  const name = item.title ? [item.title, item.artist].filter(Boolean).join(" · ") : item.file_name;
  const busy = item.state === "processing";
  return (
    <Row
      name={name}
      tone={TONES[item.state]}
      state={said(item)}
      progress={busy ? item.progress : undefined}
    >
      {item.state === "undecided" && <Decision item={item} />}
      {item.state === "quarantined" && <Dismiss item={item} />}
    </Row>
  );
}

function said(item: Item): string {
  switch (item.state) {
    case "waiting":
      return "Waiting for its turn";
    case "processing":
      return STEPS[item.current_step ?? ""] ?? "Making it playable";
    case "undecided":
      return `You may have this already (${Math.round(100 * (item.duplicate_similarity ?? 0))} % alike)`;
    case "published":
      return ["In your library", ...item.notes].join(". ");
    case "duplicate":
      return "You have this already";
    case "quarantined":
      return item.reason ?? "It cannot become music";
    case "dismissed":
      return "Dismissed";
  }
}

/** A line with a name, a state in words and, while work goes on, a bar. */
export function Row({
  name,
  tone,
  state,
  progress,
  children,
}: {
  name: string;
  tone: Tone;
  state: string;
  progress: number | undefined;
  children?: React.ReactNode;
}) {
  return (
    <li data-tone={tone}>
      <span className="names">
        <strong>{name}</strong>
        <span>{state}</span>
      </span>
      {progress !== undefined && (
        <progress max={1} value={progress} aria-label={`${name}: ${state}`} />
      )}
      {children}
    </li>
  );
}

function Decision({ item }: { item: Item }) {
  const queries = useQueryClient();
  const decide = useMutation({
    mutationFn: (decision: "keep_both" | "replace" | "discard") =>
      answer(
        api.POST("/api/v1/imports/items/{item_id}/decision", {
          params: { path: { item_id: item.id } },
          body: { decision },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["items"] }),
  });
  return (
    <span className="actions">
      <button type="button" onClick={() => decide.mutate("keep_both")}>
        Keep both
      </button>
      <button type="button" onClick={() => decide.mutate("replace")}>
        Replace the old one
      </button>
      <button type="button" onClick={() => decide.mutate("discard")}>
        Discard this one
      </button>
      {decide.error && <span role="alert">{decide.error.message}</span>}
    </span>
  );
}

function Dismiss({ item }: { item: Item }) {
  const queries = useQueryClient();
  const dismiss = useMutation({
    mutationFn: () =>
      answer(
        api.DELETE("/api/v1/imports/items/{item_id}", { params: { path: { item_id: item.id } } }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["items"] }),
  });
  return (
    <button type="button" className="link" onClick={() => dismiss.mutate()}>
      Dismiss
    </button>
  );
}
