import { expect, test } from "vitest";
import { about, complaint, FIELDS, type Field, KEYS, OPERATORS, offered } from "./rules";

test("another field begins with an operator that fits it", () => {
  for (const field of Object.keys(FIELDS) as Field[]) {
    const condition = about(field);
    expect(OPERATORS[FIELDS[field].kind]).toContain(condition.operator);
    expect(Boolean(complaint(condition))).toBe(FIELDS[field].kind === "text");
  }
});

test("a value that the server would refuse is complained about", () => {
  const said = (field: Field, value: string) => Boolean(complaint({ ...about(field), value }));
  expect([said("year", "1999"), said("energy", "0.5"), said("year", "-1")]).toEqual([
    false,
    false,
    true,
  ]);
  expect([said("added", "0"), said("added", "1.5"), said("added", "36500")]).toEqual([
    true,
    true,
    false,
  ]);
  expect([said("genre", "  "), said("genre", "Jazz")]).toEqual([true, false]);
  expect([said("key", "13A"), said("key", "12A")]).toEqual([true, false]);
});

test("an operator that another app chose stays on offer", () => {
  expect(offered({ field: "favourite", operator: "is_not", value: "true" })).toContain("is_not");
});

test("keys are the twenty-four there are, C major and A minor side by side", () => {
  expect(new Set(KEYS.map(([code]) => code)).size).toBe(24);
  const named = new Map(KEYS);
  expect([named.get("8B"), named.get("8A")]).toEqual(["C major (8B)", "A minor (8A)"]);
  expect([named.get("1B"), named.get("1A")]).toEqual(["B major (1B)", "A♭ minor (1A)"]);
});
