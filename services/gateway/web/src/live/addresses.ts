import type { Station } from "./queries";

/** What radio apps understand, and how it sounds to them. */
const FORMS = [
  ["MP3", "192 kbit/s", "listen.mp3"],
  ["Opus", "128 kbit/s", "listen.opus"],
  ["AAC", "160 kbit/s", "listen.aac"],
  ["FLAC", "lossless", "listen.flac"],
  ["HLS", "160 kbit/s", "hls/index.m3u8"],
] as const;

interface Elsewhere {
  readonly addresses: readonly { readonly name: string; readonly address: string }[];
  /** Whom they let in. */
  readonly admits: string;
}

/** Where other apps hear a station. An invitation, of one's own or that one came with, lets them in. */
export function addressesOf(
  station: Pick<Station, "id" | "audience" | "invitation">,
  given: string,
  origin: string,
): Elsewhere {
  const isPublic = station.audience === "public";
  const invitation = isPublic ? "" : station.invitation || given;
  const query = invitation ? `?${new URLSearchParams({ invitation })}` : "";
  const base = `${origin}/api/v1/live/stations/${encodeURIComponent(station.id)}`;
  return {
    addresses: FORMS.map(([form, quality, end]) => ({
      name: `${form}, ${quality}`,
      address: `${base}/${end}${query}`,
    })),
    admits: admits(isPublic, invitation),
  };
}

function admits(isPublic: boolean, invitation: string): string {
  if (isPublic) return "They open without an account where this server lets anyone listen.";
  if (invitation) return "Whoever has one of these may listen, until the station has a new link.";
  return "The app has to send an API key of yours, in the header X-API-Key.";
}
