import { describe, expect, test } from "vitest";
import { corpus, HABIT_MIX, SKILL_MIX } from "./corpus.ts";
import { testPrompts } from "./testSets.ts";

test("the same seed gives the same documents, another seed others", () => {
  const make = (seed: number): string =>
    JSON.stringify([...corpus({ documents: 200, seed, mix: SKILL_MIX })]);
  expect(make(7)).toBe(make(7));
  expect(make(7)).not.toBe(make(8));
});

test("a shorter corpus is the beginning of a longer one", () => {
  const long = [...corpus({ documents: 100, seed: 7, mix: HABIT_MIX })];
  expect([...corpus({ documents: 40, seed: 7, mix: HABIT_MIX })]).toEqual(long.slice(0, 40));
});

describe.each([
  ["SKILL_MIX", SKILL_MIX],
  ["HABIT_MIX", HABIT_MIX],
])("%s", (_, mix) => {
  const documents = [...corpus({ documents: 8000, seed: 13, mix })];

  test.each(["families", "levels", "styles"] as const)("shares of %s add up to 1 and are met", (name) => {
    const shares = Object.entries<number>(mix[name]);
    expect(shares.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const [key, share] of shares) {
      const met = documents.filter(({ family, level, style }) =>
        [family, level, style].includes(key as never),
      );
      // 8000 draws: standard deviation at most .0056, and the tests' exclusion moves L1 by less than .005.
      expect(Math.abs(met.length / 8000 - share), key).toBeLessThan(0.025);
    }
  });

  test("no prompt of a test set is in it", () => {
    const excluded = testPrompts();
    expect(documents.filter(({ prompt }) => excluded.has(prompt))).toEqual([]);
  });
});
