import type { Track } from "./queue";

/** What the listener chose; automatic takes the best that the browser and the line can take. */
export type QualityChoice = "automatic" | "original" | "high" | "medium" | "low";

export const QUALITY_CHOICES: readonly QualityChoice[] = [
  "automatic",
  "original",
  "high",
  "medium",
  "low",
];

const KEPT_AS = "tutti.quality";

const MIME: Record<string, string> = {
  flac: "audio/flac",
  mp3: "audio/mpeg",
  aac: 'audio/mp4; codecs="mp4a.40.2"',
  opus: 'audio/ogg; codecs="opus"',
  vorbis: 'audio/ogg; codecs="vorbis"',
  pcm: "audio/wav",
};

export function chosenQuality(): QualityChoice {
  const kept = localStorage.getItem(KEPT_AS) as QualityChoice | null;
  return kept && QUALITY_CHOICES.includes(kept) ? kept : "automatic";
}

export function chooseQuality(quality: QualityChoice): void {
  localStorage.setItem(KEPT_AS, quality);
}

/** Where to stream a track from, in the quality that was chosen. */
export function streamAddress(track: Track): string {
  const choice = chosenQuality();
  const quality = choice === "automatic" ? automatic(track, line_mbps()) : choice;
  return `/api/v1/tracks/${track.id}/stream?quality=${quality}`;
}

/**
 * Under 1 Mbit/s low, up to 5 medium; above, the original when it is lossy and the browser
 * plays it, else 320 kbit/s: a lossless original starts later and few loudspeakers tell.
 */
export function automatic(track: Track, mbps: number): Exclude<QualityChoice, "automatic"> {
  if (mbps < 1) return "low";
  if (mbps <= 5) return "medium";
  const { format } = track;
  return format && !format.lossless && playable(format.codec) ? "original" : "high";
}

function playable(codec: string): boolean {
  const mime = MIME[codec];
  return mime !== undefined && document.createElement("audio").canPlayType(mime) === "probably";
}

/** What the browser measured of the line; browsers that do not say are taken for fast ones. */
function line_mbps(): number {
  const { connection } = navigator as { connection?: { downlink?: number } };
  return connection?.downlink ?? 10;
}
