/** Systems show what lasts longer than 5 s only. */
const LASTS_S = 10;
const RATE_HZ = 8_000;
const HEAD_BYTES = 44;
/** Of 8 bits, which WAV counts from 0 to 255. */
const SILENCE = 128;

/**
 * Lock screens and media keys know media elements, not audio contexts: this one plays silence for as
 * long as a station is heard. Its volume is not zero, or systems would take it for muted.
 */
export class Anchor {
  readonly #audio = new Audio();
  readonly #address = URL.createObjectURL(silence());

  /** `onMoved` hears when the system, not we, let it play or not. */
  constructor(onMoved: (plays: boolean) => void) {
    this.#audio.loop = true;
    this.#audio.src = this.#address;
    this.#audio.onplay = this.#audio.onpause = () => onMoved(!this.#audio.paused);
  }

  hold(): void {
    // Where the browser forbids it, the music is heard all the same.
    if (this.#audio.paused) this.#audio.play().catch(() => undefined);
  }

  rest(): void {
    this.#audio.pause();
  }

  /** Leaves the lock screen. */
  close(): void {
    this.#audio.onplay = this.#audio.onpause = null;
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.#audio.load();
    URL.revokeObjectURL(this.#address);
  }
}

function silence(): Blob {
  const bytes = new Uint8Array(HEAD_BYTES + LASTS_S * RATE_HZ).fill(SILENCE);
  const head = new DataView(bytes.buffer);
  const words = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
  words(0, "RIFF");
  head.setUint32(4, bytes.length - 8, true);
  words(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true); // PCM
  head.setUint16(22, 1, true); // one channel
  head.setUint32(24, RATE_HZ, true);
  head.setUint32(28, RATE_HZ, true); // bytes a second
  head.setUint16(32, 1, true); // bytes a sample
  head.setUint16(34, 8, true);
  words(36, "data");
  head.setUint32(40, bytes.length - HEAD_BYTES, true);
  return new Blob([bytes], { type: "audio/wav" });
}
