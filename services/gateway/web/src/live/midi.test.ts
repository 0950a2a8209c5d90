import { expect, test } from "vitest";
import { midiFile } from "./midi";
import { Score } from "./score";
import { RATE_HZ } from "./wire";

interface Read {
  tick: number;
  status: number;
  data: number[];
}

/** Reads a file back, track by track. */
function read(file: Uint8Array): { division: number; tracks: Read[][] } {
  const view = new DataView(file.buffer, file.byteOffset);
  const name = (at: number) => String.fromCharCode(...file.slice(at, at + 4));
  expect([name(0), view.getUint32(4), view.getUint16(8)]).toEqual(["MThd", 6, 1]);
  const tracks: Read[][] = [];
  let at = 14;
  const number = () => {
    let value = 0;
    for (;;) {
      const byte = view.getUint8(at++);
      value = (value << 7) | (byte & 0x7f);
      if (byte < 0x80) return value;
    }
  };
  while (at < file.length) {
    expect(name(at)).toBe("MTrk");
    const end = at + 8 + view.getUint32(at + 4);
    at += 8;
    const events: Read[] = [];
    let tick = 0;
    while (at < end) {
      tick += number();
      let status = view.getUint8(at++);
      let length = (status & 0xf0) === 0xc0 ? 1 : 2;
      if (status === 0xff) {
        status = 0xff00 | view.getUint8(at++);
        length = number();
      }
      events.push({ tick, status, data: [...file.slice(at, at + length)] });
      at += length;
    }
    expect(events.at(-1)?.status).toBe(0xff2f);
    tracks.push(events);
  }
  expect(tracks.length).toBe(view.getUint16(10));
  return { division: view.getUint16(12), tracks };
}

function score(): Score {
  const score = new Score();
  const parameters = { tempo_bpm: 60 } as never;
  score.tempo(0, parameters);
  score.tempo(4 * RATE_HZ, { tempo_bpm: 120 } as never);
  const note = (onset_s: number, length_s: number, pitch: number, part: string) => ({
    onset: onset_s * RATE_HZ,
    length: length_s * RATE_HZ,
    pitch,
    velocity: 0.5,
    part,
  });
  score.note({
    type: "notes",
    position: 0,
    notes: [note(1, 2, 60, "pad"), note(2, 9, 60, "pad"), note(2, 0.1, 50, "kick")],
    bar: { number: 0, onset: 0, chord: "Dm7" },
  });
  score.note({ type: "notes", position: 5 * RATE_HZ, notes: [note(0, 1, 69.4, "melody")] });
  return score;
}

test("a file holds each part with its notes where the tempo puts them", () => {
  const { notes, bars, tempos } = score();
  const file = midiFile("Drift", { from: 0, to: 20 * RATE_HZ, notes, bars, tempos });
  const { division, tracks } = read(file);
  expect([division, tracks.length]).toEqual([480, 4]);
  const [marks, pad, melody, drums] = tracks;
  const told = marks?.filter(({ status }) => status === 0xff51);
  expect(told).toEqual([
    { tick: 0, status: 0xff51, data: [0x0f, 0x42, 0x40] },
    { tick: 4 * 480, status: 0xff51, data: [0x07, 0xa1, 0x20] },
  ]);
  const chord = marks?.find(({ status }) => status === 0xff06);
  expect(String.fromCharCode(...(chord?.data ?? []))).toBe("Dm7");
  // The second note of the same key ends the first, though that was to last longer.
  expect(pad?.filter(({ status }) => status < 0xa0)).toEqual([
    { tick: 480, status: 0x90, data: [60, 64] },
    { tick: 960, status: 0x80, data: [60, 0] },
    { tick: 960, status: 0x90, data: [60, 64] },
    { tick: 4 * 480 + 7 * 960, status: 0x80, data: [60, 0] },
  ]);
  expect(melody?.filter(({ status }) => status < 0xa0)).toEqual([
    { tick: 4 * 480 + 960, status: 0x92, data: [69, 64] },
    { tick: 4 * 480 + 2 * 960, status: 0x82, data: [69, 0] },
  ]);
  expect(drums?.find(({ status }) => status === 0x99)?.data).toEqual([36, 64]);
});

test("an excerpt begins at zero, and leaves out what was not heard", () => {
  const { notes, bars, tempos } = score();
  const { tracks } = read(
    midiFile("x", { from: 1.5 * RATE_HZ, to: 4.5 * RATE_HZ, notes, bars, tempos }),
  );
  const starts = tracks.flat().filter(({ status }) => status >= 0x90 && status < 0xa0);
  expect(starts.map(({ tick }) => tick)).toEqual([240, 240]);
});

test("a file of nothing is a file", () => {
  const { tracks } = read(midiFile("x", { from: 0, to: 1, notes: [], bars: [], tempos: [] }));
  expect(tracks.length).toBe(1);
});

test("notes that are told twice are written down once, and found where they sound", () => {
  const twice = score();
  const before = twice.notes.length;
  twice.note({ type: "notes", position: 5 * RATE_HZ, notes: [] });
  twice.note({
    type: "notes",
    position: 5 * RATE_HZ,
    notes: [{ onset: 0, length: 10, pitch: 60, velocity: 1, part: "pad" }],
  });
  expect(twice.notes.length).toBe(before);
  expect(twice.between(5.5 * RATE_HZ, 6 * RATE_HZ).map(({ part }) => part)).toEqual([
    "pad",
    "melody",
  ]);
  expect(twice.barAt(RATE_HZ)?.chord).toBe("Dm7");
});
