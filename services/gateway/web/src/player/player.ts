import { refreshSession } from "../api/client";
import { Store } from "../ui/store";
import { Preparation } from "./preparing";
import { streamAddress } from "./quality";
import { current, EMPTY, next, previous, type Queue, renewed, type Track } from "./queue";

export interface PlayerState {
  readonly queue: Queue;
  readonly playing: boolean;
  /** Sound was asked for and has not come yet. */
  readonly waiting: boolean;
  readonly position_s: number;
  readonly duration_s: number;
  readonly volume: number;
  /** For the listener; empty when all is well. */
  readonly trouble: string;
}

/** How a listening to one track ended. */
export type Listening = { track: Track; started: Date; played_s: number; completed: boolean };

const RESTART_AFTER_S = 3;
const COMPLETED_SHARE = 0.8;

/**
 * Plays a queue through one audio element. The next track is fetched by a second element shortly
 * before it is due, so that the browser has it when it is asked for.
 */
export class Player {
  readonly state = new Store<PlayerState>({
    queue: EMPTY,
    playing: false,
    waiting: false,
    position_s: 0,
    duration_s: 0,
    volume: 1,
    trouble: "",
  });

  readonly #audio: HTMLAudioElement;
  readonly #ahead: HTMLAudioElement;
  readonly #ended: (listening: Listening) => void;
  readonly #preparation = new Preparation(
    () => this.#unprepared(),
    (asked, now) => this.#learn(asked, now),
  );
  #listening: { track: Track; started: Date; played_s: number; at_s: number } | undefined;
  #refreshed = false;

  constructor(ended: (listening: Listening) => void, make = () => new Audio()) {
    this.#ended = ended;
    this.#audio = make();
    this.#ahead = make();
    this.#ahead.preload = "auto";
    this.#listen();
    this.state.on(() => this.#preparation.look());
  }

  /** Falls silent for good, and tells nobody of it: whoever listened may have signed out. */
  close(): void {
    this.#listening = undefined;
    this.restore(EMPTY, 0);
  }

  /** Plays these tracks from one of them on. */
  play(tracks: readonly Track[], index = 0): void {
    this.#go({ tracks, index });
  }

  /** Takes another order of the same music without interrupting it, unless what is on left. */
  arrange(queue: Queue): void {
    const before = current(this.state.get().queue);
    if (current(queue)?.id !== before?.id) {
      if (this.state.get().playing) this.#go(queue);
      else this.restore(queue, 0);
    } else this.state.set({ queue });
  }

  /** Shows a queue from another device or an earlier visit, silent until play is pressed. */
  restore(queue: Queue, position_s: number): void {
    this.#finish();
    this.#audio.pause();
    this.#load(queue, position_s);
  }

  toggle(): void {
    if (!current(this.state.get().queue)) return;
    const { playing, waiting } = this.state.get();
    if (playing || waiting) this.pause();
    else this.#start();
  }

  pause(): void {
    this.#audio.pause();
    this.state.set({ waiting: false });
  }

  seek(position_s: number): void {
    this.#audio.currentTime = position_s;
    this.state.set({ position_s });
  }

  next(): void {
    const following = next(this.state.get().queue);
    if (following) this.#go(following);
  }

  /** To the track before, or to the start of this one when it has been on for a moment. */
  previous(): void {
    if (this.#audio.currentTime > RESTART_AFTER_S) this.seek(0);
    else this.#go(previous(this.state.get().queue));
  }

  setVolume(volume: number): void {
    this.#audio.volume = volume;
    this.state.set({ volume });
  }

  #go(queue: Queue): void {
    this.#finish();
    this.#load(queue, 0);
    if (current(queue)) this.#start();
  }

  #load(queue: Queue, position_s: number): void {
    const track = current(queue);
    this.#refreshed = false;
    this.state.set({
      queue,
      position_s,
      duration_s: (track?.duration_ms ?? 0) / 1000,
      playing: false,
      waiting: false,
      trouble: "",
    });
    if (!track || track.preparing) {
      this.#audio.removeAttribute("src");
      this.#audio.load(); // silence: what was on is off
      return;
    }
    this.#audio.src = streamAddress(track);
    if (position_s) this.#audio.currentTime = position_s;
  }

  #start(): void {
    this.state.set({ waiting: true, trouble: "" });
    if (current(this.state.get().queue)?.preparing) return;
    this.#audio.play().catch((error: DOMException) => {
      // Another track was asked for meanwhile: the browser drops the earlier promise.
      if (error.name === "AbortError") return;
      const trouble = error.name === "NotAllowedError" ? "Press play to hear it." : "";
      this.state.set({ playing: false, waiting: false, ...(trouble && { trouble }) });
    });
  }

  /** What is on and what comes next, as far as it cannot be played yet. */
  #unprepared(): Track[] {
    const { queue } = this.state.get();
    const following = next(queue);
    const near = [current(queue), following && current(following)];
    return near.filter((track) => track !== undefined).filter((track) => track.preparing);
  }

  /** What was waited for plays; what turned out to be no music is left out. */
  #learn(asked: readonly string[], now: readonly Track[]): void {
    const { queue, waiting } = this.state.get();
    const [before, after] = [current(queue), renewed(queue, asked, now)];
    const track = current(after);
    if (before && track?.id !== before.id) {
      const isLater = queue.tracks.slice(queue.index + 1).some(({ id }) => id === track?.id);
      if (waiting && isLater) this.#go(after);
      else this.restore(after, 0);
      this.state.set({ trouble: `“${before.title}” turned out not to be playable.` });
    } else if (before?.preparing && !track?.preparing) {
      this.#load(after, 0);
      if (waiting) this.#start();
    } else this.state.set({ queue: after });
  }

  #giveUp(track: Track): void {
    const trouble = `“${track.title}” cannot be played right now.`;
    this.state.set({ playing: false, waiting: false, trouble });
  }

  #listen(): void {
    const audio = this.#audio;
    audio.addEventListener("playing", () => {
      this.state.set({ playing: true, waiting: false, trouble: "" });
      const track = current(this.state.get().queue);
      if (track && !this.#listening)
        this.#listening = { track, started: new Date(), played_s: 0, at_s: audio.currentTime };
    });
    audio.addEventListener("pause", () => {
      const waiting = this.state.get().waiting && !!current(this.state.get().queue)?.preparing;
      this.state.set({ playing: false, waiting });
    });
    audio.addEventListener("waiting", () => this.state.set({ waiting: true }));
    audio.addEventListener("timeupdate", () => this.#moved());
    audio.addEventListener("ended", () => {
      this.#finish();
      this.next();
    });
    audio.addEventListener("error", () => void this.#recover());
  }

  #moved(): void {
    const position_s = this.#audio.currentTime;
    const step_s = position_s - (this.#listening?.at_s ?? position_s);
    // A step longer than the event's interval is a seek, not listening.
    if (this.#listening && step_s > 0 && step_s < 1.5) this.#listening.played_s += step_s;
    if (this.#listening) this.#listening.at_s = position_s;
    this.state.set({ position_s });
    this.#fetchAhead(position_s);
  }

  #fetchAhead(position_s: number): void {
    const { queue, duration_s } = this.state.get();
    const following = next(queue);
    const track = following && current(following);
    if (!track || track.preparing || duration_s - position_s > 20) return;
    const address = new URL(streamAddress(track), window.location.href).href;
    if (this.#ahead.src !== address) this.#ahead.src = address;
  }

  /** An expired session looks like a broken file to the audio element: refresh once, then go on. */
  async #recover(): Promise<void> {
    const track = current(this.state.get().queue);
    if (!track || !this.#audio.getAttribute("src")) return;
    const { playing, waiting, position_s } = this.state.get();
    if (!this.#refreshed) {
      this.#refreshed = true;
      if (await refreshSession()) {
        this.#audio.src = streamAddress(track);
        this.#audio.currentTime = position_s;
        if (playing || waiting) this.#start();
        return;
      }
    }
    this.#giveUp(track);
  }

  #finish(): void {
    const heard = this.#listening;
    this.#listening = undefined;
    if (!heard) return;
    const completed = heard.played_s >= (COMPLETED_SHARE * heard.track.duration_ms) / 1000;
    this.#ended({
      track: heard.track,
      started: heard.started,
      played_s: heard.played_s,
      completed,
    });
  }
}
