import { FRAME, type Frame, type Mark, packetOf } from "./wire";

/** Opus knows no 44.1 kHz. */
export const OPUS_RATE_HZ = 48_000;

const CHANNELS = 2;
const PACKET_US = 20_000;
const CONFIG = { codec: "opus", sampleRate: OPUS_RATE_HZ, numberOfChannels: CHANNELS };

/** Whether this browser decodes Opus for us. */
export async function decodesOpus(): Promise<boolean> {
  if (!("AudioDecoder" in globalThis)) return false;
  return (await AudioDecoder.isConfigSupported(CONFIG)).supported === true;
}

/** The packets in a message: each behind its length, in two bytes. */
export function opusPacketsOf(sound: ArrayBuffer): Uint8Array<ArrayBuffer>[] {
  const view = new DataView(sound);
  const packets: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at + 2 <= sound.byteLength; ) {
    const length = view.getUint16(at, true);
    packets.push(new Uint8Array(sound, at + 2, length));
    at += 2 + length;
  }
  return packets;
}

/** Makes frames of messages with Opus in them. */
export class OpusUnpacking {
  readonly #onFrame: (frame: Frame) => void;
  readonly #marks = new Map<number, Mark>();
  #decoder: AudioDecoder;
  #expected: number | undefined;
  #packets = 0;
  /** Of the next packet. Encoders are a little behind, always by as much. */
  #position = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
    this.#decoder = this.#opened();
  }

  take(message: ArrayBuffer): void {
    const { sound, ...mark } = packetOf(message);
    const follows = mark.position === this.#expected && !mark.discontinuity;
    if (!follows) this.#position = mark.position;
    this.#expected = mark.position + FRAME;
    for (const [n, data] of opusPacketsOf(sound).entries()) {
      const timestamp = this.#packets++ * PACKET_US;
      this.#marks.set(timestamp, {
        ...mark,
        discontinuity: !follows && n === 0,
        position: this.#position,
        renderedAt_us: mark.renderedAt_us + n * PACKET_US,
      });
      this.#position += FRAME / 5;
      if (this.#decoder.state === "closed") this.#decoder = this.#opened();
      this.#decoder.decode(new EncodedAudioChunk({ type: "key", timestamp, data }));
    }
  }

  close(): void {
    if (this.#decoder.state !== "closed") this.#decoder.close();
  }

  #opened(): AudioDecoder {
    const decoder = new AudioDecoder({
      output: (audio) => this.#decoded(audio),
      error: () => this.#marks.clear(), // It is closed then; the next packet opens another.
    });
    decoder.configure(CONFIG);
    return decoder;
  }

  #decoded(audio: AudioData): void {
    const mark = this.#marks.get(audio.timestamp);
    this.#marks.delete(audio.timestamp);
    const samples = new Float32Array(audio.numberOfFrames * CHANNELS);
    audio.copyTo(samples, { planeIndex: 0, format: "f32" });
    audio.close();
    if (mark) this.#onFrame({ ...mark, samples });
  }
}
