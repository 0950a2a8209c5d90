import type { HeardBar, HeardNote, Tempo } from "./score";
import { RATE_HZ } from "./wire";

const TICKS_PER_BEAT = 480;
const DRUMS = 9;
const TEXT = new TextEncoder();

/** Instruments of General MIDI, counted from 0, and channels; drums are keys of channel 10. */
const PARTS: Readonly<Record<string, { channel: number; program: number } | { key: number }>> = {
  pad: { channel: 0, program: 89 },
  bass: { channel: 1, program: 38 },
  melody: { channel: 2, program: 4 },
  pluck: { channel: 3, program: 46 },
  bell: { channel: 4, program: 9 },
  swell: { channel: 5, program: 95 },
  kick: { key: 36 },
  snare: { key: 38 },
  hat: { key: 42 },
  shaker: { key: 70 },
};

interface Event {
  readonly tick: number;
  readonly bytes: readonly number[];
}

/** What was played, from a position up to another. */
export interface Excerpt {
  readonly from: number;
  readonly to: number;
  readonly notes: readonly HeardNote[];
  readonly bars: readonly HeardBar[];
  readonly tempos: readonly Tempo[];
}

/** A Standard MIDI File of format 1: tempo and chords in the first track, then one for each part. */
export function midiFile(title: string, excerpt: Excerpt): Uint8Array<ArrayBuffer> {
  const tempos = temposFrom(excerpt);
  const tickOf = (position: number) => ticks(position, tempos);
  const inside = ({ position }: { position: number }) =>
    position >= excerpt.from && position < excerpt.to;
  const marks = [
    { tick: 0, bytes: meta(0x03, [...TEXT.encode(title)]) },
    { tick: 0, bytes: meta(0x58, [4, 2, 24, 8]) },
    ...tempos.map(({ position, tempo_bpm }) => ({
      tick: tickOf(position),
      bytes: beat(tempo_bpm),
    })),
    ...excerpt.bars.filter(inside).map(({ position, chord }) => ({
      tick: tickOf(position),
      bytes: meta(0x06, [...TEXT.encode(chord)]),
    })),
  ];
  const heard = excerpt.notes.filter(inside);
  const parts = Object.keys(PARTS).filter((part) => heard.some((note) => note.part === part));
  const tracks = parts.map((part) =>
    partTrack(
      part,
      heard.filter((note) => note.part === part),
      tickOf,
    ),
  );
  const all = [marks, ...tracks].map(track);
  const head = [...ascii("MThd"), ...uint(6, 4), ...uint(1, 2), ...uint(all.length, 2)];
  return Uint8Array.from([...head, ...uint(TICKS_PER_BEAT, 2), ...all.flat()]);
}

/** The tempo changes that matter, the first of them where the excerpt begins. */
function temposFrom({ from, to, tempos }: Excerpt): [Tempo, ...Tempo[]] {
  const before = tempos.findLast(({ position }) => position <= from) ?? tempos[0];
  const tempo_bpm = before?.tempo_bpm ?? 120;
  const later = tempos.filter(({ position }) => position > from && position < to);
  return [{ position: from, tempo_bpm }, ...later];
}

function ticks(position: number, tempos: readonly [Tempo, ...Tempo[]]): number {
  let beats = 0;
  for (const [n, { position: start, tempo_bpm }] of tempos.entries()) {
    const end = Math.min(tempos[n + 1]?.position ?? Number.POSITIVE_INFINITY, position);
    if (end > start) beats += ((end - start) / RATE_HZ / 60) * tempo_bpm;
  }
  return Math.round(beats * TICKS_PER_BEAT);
}

function partTrack(
  part: string,
  notes: readonly HeardNote[],
  tickOf: (position: number) => number,
): Event[] {
  const played = PARTS[part];
  const events: Event[] = [{ tick: 0, bytes: meta(0x03, [...TEXT.encode(part)]) }];
  if (!played) return events;
  const channel = "key" in played ? DRUMS : played.channel;
  if ("program" in played) events.push({ tick: 0, bytes: [0xc0 | channel, played.program] });
  const ends = new Map<number, { tick: number; bytes: number[] }>();
  for (const note of [...notes].sort((a, b) => a.position - b.position)) {
    const key = "key" in played ? played.key : clamped(note.pitch);
    const tick = tickOf(note.position);
    const end = {
      tick: Math.max(tick + 1, tickOf(note.position + note.length)),
      bytes: [0x80 | channel, key, 0],
    };
    // The same key sounds once at a time: the note before ends where this one begins.
    const before = ends.get(key);
    if (before && before.tick > tick) before.tick = tick;
    ends.set(key, end);
    events.push({ tick, bytes: [0x90 | channel, key, Math.max(1, clamped(note.velocity * 127))] });
    events.push(end);
  }
  return events;
}

/** A track: events in their order, ends of notes before beginnings, each with the time since the last. */
function track(events: readonly Event[]): number[] {
  const isEnd = ({ bytes }: Event) => ((bytes[0] ?? 0) & 0xf0) === 0x80;
  const ordered = [...events].sort(
    (a, b) => a.tick - b.tick || Number(isEnd(b)) - Number(isEnd(a)),
  );
  const body: number[] = [];
  let now = 0;
  for (const { tick, bytes } of ordered) {
    body.push(...variable(tick - now), ...bytes);
    now = tick;
  }
  body.push(0, ...meta(0x2f, []));
  return [...ascii("MTrk"), ...uint(body.length, 4), ...body];
}

function beat(tempo_bpm: number): number[] {
  return meta(0x51, uint(Math.round(60e6 / tempo_bpm), 3));
}

function meta(kind: number, body: readonly number[]): number[] {
  return [0xff, kind, ...variable(body.length), ...body];
}

/** A number in groups of seven bits, the largest first. */
function variable(value: number): number[] {
  const groups = [value & 0x7f];
  for (let rest = value >>> 7; rest; rest >>>= 7) groups.unshift((rest & 0x7f) | 0x80);
  return groups;
}

function uint(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, n) => (value >>> (8 * (bytes - 1 - n))) & 0xff);
}

function ascii(text: string): number[] {
  return [...TEXT.encode(text)];
}

function clamped(value: number): number {
  return Math.min(127, Math.max(0, Math.round(value)));
}
