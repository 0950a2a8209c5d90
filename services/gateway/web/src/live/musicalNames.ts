import type { Mode } from "./wire";

/** The names of the tonics of a mode, from C on: those whose scales need fewest signs, as chords come. */
const TONICS: Record<Mode, string> = {
  ionian: "C D♭ D E♭ E F F♯ G A♭ A B♭ B",
  dorian: "C C♯ D E♭ E F F♯ G G♯ A B♭ B",
  phrygian: "C C♯ D D♯ E F F♯ G G♯ A A♯ B",
  lydian: "C D♭ D E♭ E F G♭ G A♭ A B♭ C♭",
  mixolydian: "C C♯ D E♭ E F F♯ G A♭ A B♭ B",
  aeolian: "C C♯ D D♯ E F F♯ G G♯ A B♭ B",
};

/** The keys of a mode, by pitch class. */
export function keysOf(mode: Mode): string[] {
  return TONICS[mode].split(" ");
}

export const MODE_NAMES: Record<Mode, string> = {
  ionian: "Ionian (major)",
  dorian: "Dorian",
  phrygian: "Phrygian",
  lydian: "Lydian",
  mixolydian: "Mixolydian",
  aeolian: "Aeolian (minor)",
};

/** "D dorian". */
export function keyName(tonic: number, mode: Mode): string {
  return `${keysOf(mode)[tonic] ?? "?"} ${mode}`;
}

const HUES: Readonly<Record<string, number>> = {
  drift: 262,
  pulse: 18,
  nocturne: 226,
  choir: 42,
  plucked: 152,
  deep: 198,
};

/** The colour of a style, as an angle; of one we do not know, one of its name's own. */
export function hueOf(style: string): number {
  const own = [...style].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) * 47;
  return HUES[style] ?? own % 360;
}

/** "drift" as a name: "Drift". */
export function styleName(style: string): string {
  return style.slice(0, 1).toUpperCase() + style.slice(1).replaceAll(/[-_]/g, " ");
}

/** A chord with proper signs: "Bbmaj7" as "B♭maj7". */
export function signs(chord: string): string {
  return chord.replace(/^([A-G])b/, "$1♭").replace("#", "♯");
}
