import { count } from "../ui/format";
import type { HistoryImport, Scrobbler, ScrobblerName } from "./queries";

export const NAMES: Record<ScrobblerName, string> = {
  listenbrainz: "ListenBrainz",
  lastfm: "Last.fm",
};

const SOURCES: Record<HistoryImport["source"], string> = {
  ...NAMES,
  file: "File",
  spotify: "Spotify",
  apple_music: "Apple Music",
  unmatched: "Listens without a track",
};

/** How a service stands, in a sentence or two. */
export function standing(of: Scrobbler): string {
  switch (of.state) {
    case "unavailable":
      return "The operator of this server has not set it up.";
    case "disconnected":
      return "Not connected.";
    case "begun":
      return "Waits until you have allowed it there.";
    case "broken":
      return `${of.problem ?? "It refuses us."} ${waiting(of)}`.trim();
    case "connected":
      return [
        of.account_name ? `Connected as ${of.account_name}.` : "Connected.",
        `${count(of.sent_count, "play")} sent.`,
        waiting(of),
        of.problem ? `Trying again: ${of.problem}.` : "",
        of.refused_count ? `${of.refused_count} not wanted: ${of.last_refusal}.` : "",
      ]
        .filter(Boolean)
        .join(" ");
  }
}

function waiting({ waiting_count }: Scrobbler): string {
  if (!waiting_count) return "";
  return `${count(waiting_count, "play")} ${waiting_count === 1 ? "waits" : "wait"}.`;
}

/** What an import is called. */
export function title({ source, name }: HistoryImport): string {
  return name ? `${SOURCES[source]}: ${name}` : SOURCES[source];
}

/** How far an import is, and what came of it. */
export function progress(of: HistoryImport): string {
  switch (of.state) {
    case "arriving":
      return "Arriving";
    case "waiting":
    case "running":
      return [
        of.read_count ? `${count(of.read_count, "listen")} read` : "Waiting for its turn",
        of.problem ? `trying again: ${of.problem}` : "",
      ]
        .filter(Boolean)
        .join(", ");
    case "failed":
      return of.problem ?? "It failed.";
    case "done":
      return [
        `${count(of.added_count, "play")} added`,
        of.known_count ? `${of.known_count} known already` : "",
        of.unmatched_count ? `${of.unmatched_count} of music that is not here` : "",
        of.left_out_count ? `${of.left_out_count} too short or no music` : "",
      ]
        .filter(Boolean)
        .join(", ");
  }
}
