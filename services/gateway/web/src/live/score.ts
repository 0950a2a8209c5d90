import type { Notes, Parameters } from "./wire";

/** A note where it lies in the stream; positions and lengths are samples. */
export interface HeardNote {
  readonly position: number;
  readonly length: number;
  /** A MIDI number, which need not be whole. */
  readonly pitch: number;
  readonly velocity: number;
  readonly part: string;
}

export interface HeardBar {
  readonly position: number;
  readonly number: number;
  readonly chord: string;
}

export interface Tempo {
  readonly position: number;
  readonly tempo_bpm: number;
}

/** Half a day of dense music; older notes are forgotten. */
const MOST_NOTES = 400_000;

/** What was played since one began to listen. */
export class Score {
  readonly notes: HeardNote[] = [];
  readonly bars: HeardBar[] = [];
  readonly tempos: Tempo[] = [];

  /** Writes down what the stream says it plays. */
  note({ position, notes, bar }: Notes): void {
    const last = this.notes.at(-1);
    // A frame that is sent again tells its notes again.
    if (last && position <= last.position && position > last.position - this.#again) return;
    for (const { onset, ...note } of notes)
      this.notes.push({ ...note, position: position + onset });
    if (bar && !this.bars.some((each) => each.position === position + bar.onset))
      this.bars.push({ position: position + bar.onset, number: bar.number, chord: bar.chord });
    if (this.notes.length > MOST_NOTES) this.notes.splice(0, MOST_NOTES / 10);
    if (this.bars.length > MOST_NOTES / 10) this.bars.splice(0, MOST_NOTES / 100);
  }
  readonly #again = 220_500;

  /** Writes down how fast it goes from a position on. */
  tempo(position: number, { tempo_bpm }: Parameters): void {
    if (this.tempos.at(-1)?.tempo_bpm !== tempo_bpm) this.tempos.push({ position, tempo_bpm });
  }

  /** Notes that sound at some moment between two positions. */
  between(from: number, to: number): HeardNote[] {
    const found: HeardNote[] = [];
    for (let n = this.notes.length - 1; n >= 0; n--) {
      const note = this.notes[n];
      if (!note || note.position < from - LONGEST_NOTE) break;
      if (note.position < to && note.position + note.length > from) found.push(note);
    }
    return found.reverse();
  }

  /** The bar that a position lies in. */
  barAt(position: number): HeardBar | undefined {
    return this.bars.findLast((bar) => bar.position <= position);
  }
}

/** Twenty seconds. */
const LONGEST_NOTE = 882_000;
