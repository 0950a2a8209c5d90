import type { components } from "../api/schema";

export type Condition = components["schemas"]["Condition"];
export type Field = Condition["field"];
export type Operator = Condition["operator"];
type Rule = components["schemas"]["SmartRule"];

/** What kind of value a field has. */
export type Kind = "text" | "number" | "key" | "truth" | "days";

export const FIELDS: Record<Field, { name: string; kind: Kind; first: string; unit?: string }> = {
  title: { name: "Title", kind: "text", first: "" },
  artist: { name: "Artist", kind: "text", first: "" },
  album: { name: "Album", kind: "text", first: "" },
  genre: { name: "Genre", kind: "text", first: "" },
  composer: { name: "Composer", kind: "text", first: "" },
  label: { name: "Label", kind: "text", first: "" },
  year: { name: "Year", kind: "number", first: "2000" },
  tempo_bpm: { name: "Tempo", kind: "number", first: "120", unit: "BPM" },
  key: { name: "Key", kind: "key", first: "8B" },
  energy: { name: "Energy", kind: "number", first: "0.5", unit: "of 1" },
  duration_s: { name: "Duration", kind: "number", first: "180", unit: "seconds" },
  rating: { name: "Rating", kind: "number", first: "4", unit: "of 5" },
  favourite: { name: "Favourite", kind: "truth", first: "true" },
  play_count: { name: "Plays", kind: "number", first: "1" },
  last_played: { name: "Last played", kind: "days", first: "30", unit: "days" },
  added: { name: "Added", kind: "days", first: "30", unit: "days" },
  lossless: { name: "Lossless", kind: "truth", first: "true" },
};

export const OPERATORS: Record<Kind, readonly Operator[]> = {
  text: ["contains", "is", "is_not"],
  number: ["at_least", "at_most", "is", "is_not"],
  key: ["is", "is_not"],
  truth: ["is"],
  days: ["within_days", "not_within_days"],
};

export const OPERATOR_NAMES: Record<Operator, string> = {
  is: "is",
  is_not: "is not",
  contains: "contains",
  at_least: "is at least",
  at_most: "is at most",
  within_days: "in the last",
  not_within_days: "not in the last",
};

export const ORDERS: Record<Rule["order"], string> = {
  title: "Title",
  newest: "Last added",
  most_played: "Most played",
  last_played: "Last played",
  rating: "Best rated",
  tempo: "Tempo",
  random: "Surprise me",
};

/** In the order of the circle of fifths, as disc jockeys count it (Camelot): minor A, major B. */
const MINOR = ["A♭", "E♭", "B♭", "F", "C", "G", "D", "A", "E", "B", "F♯", "D♭"];
const MAJOR = ["B", "F♯", "D♭", "A♭", "E♭", "B♭", "F", "C", "G", "D", "A", "E"];
export const KEYS: readonly (readonly [string, string])[] = [
  ...MAJOR.map((name, at) => [`${at + 1}B`, `${name} major (${at + 1}B)`] as const),
  ...MINOR.map((name, at) => [`${at + 1}A`, `${name} minor (${at + 1}A)`] as const),
];

export const MOST_CONDITIONS = 20;
export const MOST_TRACKS = 1000;
const LONGEST_TEXT = 200;
const MOST_DAYS = 36_500;

/** A test of another field: with an operator that fits it, and a value to begin with. */
export function about(field: Field): Condition {
  const { kind, first } = FIELDS[field];
  return { field, operator: OPERATORS[kind][0] as Operator, value: first };
}

/** The operators offered for a condition; one that was chosen elsewhere stays. */
export function offered({ field, operator }: Condition): readonly Operator[] {
  const fitting = OPERATORS[FIELDS[field].kind];
  return fitting.includes(operator) ? fitting : [...fitting, operator];
}

/** What is wrong with the value of a condition; empty when nothing is. */
export function complaint({ field, value }: Condition): string {
  switch (FIELDS[field].kind) {
    case "text":
      return value.trim() && value.length <= LONGEST_TEXT ? "" : "Say which text.";
    case "number":
      return /^\d{1,12}(\.\d{1,6})?$/.test(value) ? "" : "A number, such as 120 or 0.5.";
    case "days":
      return /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= MOST_DAYS
        ? ""
        : `Whole days, from 1 to ${MOST_DAYS}.`;
    case "key":
      return /^(1[0-2]|[1-9])[AB]$/.test(value) ? "" : "Choose a key.";
    case "truth":
      return value === "true" || value === "false" ? "" : "Yes or no.";
  }
}
