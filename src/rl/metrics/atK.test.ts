import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { measureAtK, passAtK, sizesUpTo, type AtK, type Scored } from "./atK.ts";

interface Golden {
  readonly questions: readonly (readonly (string | null)[])[];
  readonly truth: string;
  readonly picks: readonly number[];
  readonly figures: readonly AtK[];
  readonly passAtK: readonly { count: number; right: number; k: number; value: number }[];
}

/** Written by tools/oracle/at_k.py. */
const golden = JSON.parse(readFileSync("tools/oracle/at_k_golden.json", "utf8")) as Golden;

const scored = (answers: readonly (string | null)[], truth = "t"): Scored => ({
  answers,
  right: answers.map((answer) => answer === truth),
});

describe("pass@k", () => {
  test("by hand: of 4 responses, 1 right, a pair holds it in 3 of 6 cases", () => {
    expect(passAtK(4, 1, 2)).toBeCloseTo(1 / 2, 15);
    expect(passAtK(4, 2, 2)).toBeCloseTo(5 / 6, 15); // all but the one pair of wrong ones
    expect(passAtK(4, 3, 2)).toBe(1); // there are no two wrong ones
  });

  test("of one is the share of right responses, of all whether any is right", () => {
    for (const right of [0, 1, 5, 16]) {
      expect(passAtK(16, right, 1)).toBeCloseTo(right / 16, 15);
      expect(passAtK(16, right, 16)).toBe(right > 0 ? 1 : 0);
    }
  });

  // The product has as many factors as responses are right: 1e-12 is far above its rounding.
  test.each(golden.passAtK)("of $right right in $count at k = $k as exact fractions give it", (row) => {
    expect(Math.abs(passAtK(row.count, row.right, row.k) - row.value)).toBeLessThan(1e-12);
  });
});

test("sizes double, and all responses together are one of them", () => {
  expect(sizesUpTo(1)).toEqual([]);
  expect(sizesUpTo(2)).toEqual([2]);
  expect(sizesUpTo(16)).toEqual([2, 4, 8, 16]);
  expect(sizesUpTo(12)).toEqual([2, 4, 8, 12]);
});

describe("the bootstrap", () => {
  test("of given draws agrees with numpy", () => {
    const figures = measureAtK(
      golden.questions.map((answers) => scored(answers, golden.truth)),
      Uint16Array.from(golden.picks),
    );
    expect(figures.map(({ k }) => k)).toEqual(golden.figures.map(({ k }) => k));
    for (const [i, expected] of golden.figures.entries()) {
      for (const name of ["pass", "best", "worst", "maj"] as const) {
        expect(figures[i]![name], `${name}@${expected.k}`).toBeCloseTo(expected[name], 14);
      }
    }
  });

  test("gives ties to the answer that the draw saw first, whatever the order of the responses", () => {
    const question = scored(["a", "t"]);
    expect(measureAtK([question], Uint16Array.of(1, 0))[0]).toMatchObject({ best: 1, worst: 0, maj: 1 });
    expect(measureAtK([question], Uint16Array.of(0, 1))[0]).toMatchObject({ best: 1, worst: 0, maj: 0 });
  });

  test("lets silence win nothing, even where it is most frequent", () => {
    const question = scored([null, null, null, "t"]);
    const [, atFour] = measureAtK([question], Uint16Array.of(0, 1, 2, 3));
    expect(atFour).toMatchObject({ k: 4, maj: 1, worst: 0 });
    expect(measureAtK([question], Uint16Array.of(0, 1, 2, 0))[1]).toMatchObject({ best: 0, maj: 0 });
  });

  // With a share p of right responses a draw of k has a right one with probability 1 - (1-p)^k and only right ones
  // with p^k. 1000 draws: the standard error is at most 0.016, four of them 0.064.
  test("comes near what it estimates", () => {
    const figures = measureAtK([scored(["t", "a", "b", "t", "c", "d", "e", "f"])]);
    for (const { k, best, worst } of figures) {
      expect(Math.abs(best - (1 - 0.75 ** k))).toBeLessThan(0.064);
      expect(Math.abs(worst - 0.25 ** k)).toBeLessThan(0.064);
    }
  });

  test("is the same whenever it is asked for", () => {
    const questions = [scored(["t", "a", null, "t"]), scored(["a", "a", "t", "b"])];
    expect(measureAtK(questions)).toEqual(measureAtK(questions));
  });

  test("says nothing of single responses or no questions", () => {
    expect(measureAtK([scored(["t"])])).toEqual([]);
    expect(measureAtK([])).toEqual([]);
  });
});
