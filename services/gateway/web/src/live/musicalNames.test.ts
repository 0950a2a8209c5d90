import { describe, expect, test } from "vitest";
import { keyName, keysOf, signs } from "./musicalNames";
import { MODES } from "./wire";

describe("musical names", () => {
  test("every mode has twelve different keys", () => {
    for (const mode of MODES) expect(new Set(keysOf(mode)).size).toBe(12);
  });

  test("a key is spelled as its chords are", () => {
    expect(keyName(1, "aeolian")).toBe("C♯ aeolian");
    expect(keyName(1, "ionian")).toBe("D♭ ionian");
  });

  test("a chord has signs, and its quality is left alone", () => {
    expect(["Bbmaj7", "C#m7b5", "Dsus4"].map(signs)).toEqual(["B♭maj7", "C♯m7b5", "Dsus4"]);
  });
});
