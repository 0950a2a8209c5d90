/** The live wire as the gateway speaks it: sub-protocol tutti.v1. */
export const SUBPROTOCOL = "tutti.v1";
export const RATE_HZ = 44_100;
export const FRAME = 4_410;

const HEADER_BYTES = 32;
const MAGIC = 0x4d54; // "TM", read little-endian
const VERSION = 1;
const DISCONTINUITY = 1;
const FIRST = 2;

export const MODES = ["ionian", "dorian", "phrygian", "lydian", "mixolydian", "aeolian"] as const;
export type Mode = (typeof MODES)[number];

/** All that the music depends on, besides its position. */
export interface Parameters {
  readonly style: string;
  readonly tonic: number;
  readonly mode: Mode;
  readonly tempo_bpm: number;
  readonly intensity: number;
  readonly timbre: number;
  readonly percussion: number;
  /** A number of 64 bits, which JavaScript's numbers do not hold. */
  readonly seed: string;
}

export type Change = { -readonly [Name in keyof Parameters]?: Parameters[Name] };

/** A note that begins so many samples after the position it was told with. */
export interface ToldNote {
  readonly onset: number;
  readonly length: number;
  readonly pitch: number;
  readonly velocity: number;
  readonly part: string;
}

interface Steered {
  readonly revision: number;
  readonly position: number;
  readonly parameters: Parameters;
}

export interface Hello extends Steered {
  readonly type: "hello";
  readonly station: { readonly id: string; readonly name: string };
  readonly format: string;
  readonly rate_hz: number;
  readonly channels: number;
  readonly frame_samples: number;
  readonly may_steer: boolean;
  readonly listeners: number;
  readonly time_us: number;
}

export interface Ack extends Steered {
  readonly type: "ack";
  readonly id: string;
}

export interface Steering extends Steered {
  readonly type: "state";
  readonly by: string;
}

export interface Refusal {
  readonly type: "error";
  readonly id?: string;
  readonly code: string;
  readonly detail: string;
}

export interface Time {
  readonly type: "time";
  readonly client_us: number;
  readonly server_us: number;
}

export interface Presence {
  readonly type: "presence";
  readonly listeners: number;
  readonly people: readonly string[];
}

export interface Notes {
  readonly type: "notes";
  readonly position: number;
  readonly notes: readonly ToldNote[];
  readonly bar?: { readonly number: number; readonly onset: number; readonly chord: string } | null;
}

export type Told = Hello | Ack | Steering | Refusal | Time | Presence | Notes;

/** What a binary message says of its sound. */
export interface Mark {
  /** What came before this frame is not what was sent last. */
  readonly discontinuity: boolean;
  readonly first: boolean;
  readonly sequence: number;
  readonly revision: number;
  /** Of the first sample, from the beginning of the stream. */
  readonly position: number;
  readonly renderedAt_us: number;
}

/** Some sound, and where it belongs. */
export interface Frame extends Mark {
  /** Interleaved stereo, full scale 1. */
  readonly samples: Float32Array;
}

/** A binary message: what it says of its sound, and the sound as it was sent. */
export interface Packet extends Mark {
  readonly sound: ArrayBuffer;
}

/** Reads a binary message. */
export function packetOf(message: ArrayBuffer): Packet {
  const head = new DataView(message);
  if (message.byteLength < HEADER_BYTES || head.getUint16(0, true) !== MAGIC)
    throw new TypeError("this is no frame");
  if (head.getUint8(2) !== VERSION) throw new TypeError("this frame is of another version");
  const flags = head.getUint8(3);
  return {
    discontinuity: (flags & DISCONTINUITY) !== 0,
    first: (flags & FIRST) !== 0,
    sequence: head.getUint32(8, true),
    revision: head.getUint32(12, true),
    position: Number(head.getBigUint64(16, true)),
    renderedAt_us: Number(head.getBigUint64(24, true)),
    sound: message.slice(head.getUint16(6, true)),
  };
}

/** Reads a message whose sound is plain PCM. */
export function frameOf(message: ArrayBuffer): Frame {
  const { sound, ...mark } = packetOf(message);
  return { ...mark, samples: floats(new Int16Array(sound)) };
}

function floats(pcm: Int16Array): Float32Array {
  const samples = new Float32Array(pcm.length);
  for (let n = 0; n < pcm.length; n++) samples[n] = (pcm[n] ?? 0) / 32_768;
  return samples;
}
