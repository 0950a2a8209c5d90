import { answer, api } from "../api/client";
import { streamAddress } from "./quality";
import type { Track } from "./queue";

const LOOK_EVERY_MS = 1500;

/**
 * Has the server prepare a track before all others: asking for its sound says that somebody wants
 * it. Answers the track as it is when it can be played, or nothing once it is not wanted any more.
 */
export async function prepared(track: Track, wanted: () => boolean): Promise<Track | undefined> {
  await fetch(streamAddress(track), { method: "HEAD" });
  while (wanted()) {
    const path = { track_id: track.id };
    const now = await answer(api.GET("/api/v1/tracks/{track_id}", { params: { path } }));
    if (!now.preparing) return now;
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
  return undefined;
}
