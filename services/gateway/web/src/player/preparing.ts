import { api } from "../api/client";
import type { Track } from "./queue";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;

/**
 * Looks after tracks that are about to be heard and cannot be played yet: has the server prepare
 * them before all others, and asks what has become of them until none is left.
 */
export class Preparation {
  readonly #wanted: () => readonly Track[];
  readonly #learn: (asked: readonly string[], now: readonly Track[]) => void;
  #ids: readonly string[] = [];

  /** What is learned of the tracks wanted names all that were asked for; who is missing is gone. */
  constructor(
    wanted: () => readonly Track[],
    learn: (asked: readonly string[], now: readonly Track[]) => void,
  ) {
    this.#wanted = wanted;
    this.#learn = learn;
  }

  /** To be called whenever other tracks may be wanted. */
  look(): void {
    const ids = this.#wanted().map((track) => track.id);
    if (ids.join() === this.#ids.join()) return;
    this.#ids = ids;
    if (ids.length) void this.#follow(ids);
  }

  async #follow(ids: string[]): Promise<void> {
    let hurried = false;
    let pause_ms = FIRST_PAUSE_MS;
    while (this.#ids === ids) {
      // What cannot be asked now can be asked later: the page may be offline for a while.
      const now: Track[] | undefined = await (hurried ? lookedUp(ids) : prepared(ids)).catch(
        () => undefined,
      );
      if (this.#ids !== ids) return;
      if (now) this.#learn(ids, now);
      hurried ||= now !== undefined;
      await new Promise((done) => setTimeout(done, pause_ms));
      pause_ms = Math.min(1.5 * pause_ms, LONGEST_PAUSE_MS);
    }
  }
}

async function prepared(ids: string[]): Promise<Track[] | undefined> {
  return (await api.POST("/api/v1/tracks/prepare", { body: { ids } })).data?.items;
}

async function lookedUp(ids: string[]): Promise<Track[] | undefined> {
  return (await api.POST("/api/v1/tracks/lookup", { body: { ids } })).data?.items;
}
