import type { components } from "../api/schema";
import { Store } from "../ui/store";

export type SharedTrack = components["schemas"]["SharedTrack"];

export interface SharedState {
  /** Of the track that is on, from 0. */
  readonly place: number | undefined;
  readonly playing: boolean;
  readonly position_s: number;
  readonly duration_s: number;
  readonly trouble: string;
}

const RESTART_AFTER_S = 3;

/** Plays what is behind a link, one track after another. Addresses that have expired are renewed. */
export class SharedPlayer {
  readonly state = new Store<SharedState>({
    place: undefined,
    playing: false,
    position_s: 0,
    duration_s: 0,
    trouble: "",
  });
  #tracks: readonly SharedTrack[] = [];
  #renewed = false;
  readonly #audio: HTMLAudioElement;
  readonly #renew: () => Promise<readonly SharedTrack[]>;

  constructor(renew: () => Promise<readonly SharedTrack[]>, audio = new Audio()) {
    this.#renew = renew;
    this.#audio = audio;
    audio.addEventListener("play", () => this.state.set({ playing: true }));
    audio.addEventListener("pause", () => this.state.set({ playing: false }));
    audio.addEventListener("timeupdate", () => this.#moved());
    audio.addEventListener("playing", () => {
      this.#renewed = false;
    });
    audio.addEventListener("ended", () => this.#ended());
    audio.addEventListener("error", () => void this.#failed());
  }

  /** Takes the tracks, or the same ones at newer addresses. */
  take(tracks: readonly SharedTrack[]): void {
    this.#tracks = tracks;
  }

  play(place: number): void {
    this.#renewed = false;
    this.#start(place, 0, true);
  }

  toggle(): void {
    const { place } = this.state.get();
    if (place === undefined) this.play(0);
    else if (this.#audio.paused) this.#begin();
    else this.#audio.pause();
  }

  /** The next track; at the end there is none. */
  next(): void {
    const next = (this.state.get().place ?? -1) + 1;
    if (next < this.#tracks.length) this.play(next);
  }

  /** The beginning of this track, or the one before when it has only begun. */
  previous(): void {
    const place = this.state.get().place ?? 0;
    if (this.#audio.currentTime > RESTART_AFTER_S) this.seek(0);
    else this.play(Math.max(0, place - 1));
  }

  seek(position_s: number): void {
    this.#audio.currentTime = position_s;
    this.state.set({ position_s });
  }

  close(): void {
    this.#audio.pause();
    this.#audio.removeAttribute("src");
  }

  #start(place: number, position_s: number, plays: boolean): void {
    const track = this.#tracks[place];
    if (!track) return;
    this.state.set({ place, position_s, duration_s: track.duration_ms / 1000, trouble: "" });
    this.#audio.src = track.stream_url;
    if (position_s) this.#audio.currentTime = position_s;
    if (plays) this.#begin();
  }

  #begin(): void {
    // What goes wrong with the sound arrives as an event; here a browser says that it was stopped.
    this.#audio.play().catch(() => this.state.set({ playing: !this.#audio.paused }));
  }

  #moved(): void {
    this.state.set({ position_s: this.#audio.currentTime });
  }

  #ended(): void {
    const { place = 0 } = this.state.get();
    if (place + 1 < this.#tracks.length) this.play(place + 1);
    else this.state.set({ playing: false });
  }

  async #failed(): Promise<void> {
    const { place, position_s, playing } = this.state.get();
    if (place === undefined || !this.#audio.hasAttribute("src")) return;
    if (this.#renewed) return this.state.set({ playing: false, trouble: "This does not play." });
    this.#renewed = true;
    try {
      this.take(await this.#renew());
    } catch (error) {
      return this.state.set({ playing: false, trouble: (error as Error).message });
    }
    if (this.state.get().place === place) this.#start(place, position_s, playing);
  }
}
