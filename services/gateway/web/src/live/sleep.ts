/** How long the music takes to fall asleep. */
export const FADE_S = 30;

/** Fades out and stops after a while. */
export class SleepTimer {
  #fade: ReturnType<typeof setTimeout> | undefined;
  #stop: ReturnType<typeof setTimeout> | undefined;
  readonly #onFade: (over_s: number) => void;
  readonly #onStop: () => void;

  constructor(onFade: (over_s: number) => void, onStop: () => void) {
    this.#onFade = onFade;
    this.#onStop = onStop;
  }

  /** Stops after so many minutes; the last half minute is a fade. */
  set(minutes: number): void {
    this.cancel();
    const end_ms = minutes * 60_000;
    this.#fade = setTimeout(() => this.#onFade(FADE_S), end_ms - FADE_S * 1000);
    this.#stop = setTimeout(this.#onStop, end_ms);
  }

  cancel(): void {
    clearTimeout(this.#fade);
    clearTimeout(this.#stop);
  }
}
