import type { Mode } from "./wire";

/** Pitch classes from C on, as most people write them. */
export const KEYS = ["C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"] as const;

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
  return `${KEYS[tonic] ?? "?"} ${mode}`;
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
