import { describe, expect, test } from "vitest";
import { createRandom } from "../math/random.ts";
import type { Chain } from "./chain.ts";
import { LEVELS, type Family } from "./family.ts";
import { drawQuestion, type TaskQuestion } from "./question.ts";
import { writeSolution } from "./solution.ts";

const CHAIN: Chain = {
  start: 46,
  events: [
    { operator: "+", amount: 59 },
    { operator: "+", bags: 7, amount: 2 },
  ],
  value: 119,
};
const WORD: TaskQuestion = {
  family: "word",
  level: "L3",
  prompt: "-",
  answer: "119",
  chain: CHAIN,
  options: null,
};
const CHOICE: TaskQuestion = {
  family: "choice",
  level: "L1",
  prompt: "-",
  answer: "B",
  chain: { start: 16, events: [{ operator: "+", amount: 7 }], value: 23 },
  options: [
    { letter: "A", value: 13 },
    { letter: "B", value: 23 },
    { letter: "C", value: 25 },
    { letter: "D", value: 28 },
  ],
};

/** The steps of a solution: `46+59=105` as [46, "+", 59, 105]. */
const steps = (solution: string): [number, string, number, number][] =>
  Array.from(solution.matchAll(/(\d+)([-+*/])(\d+)=(\d+)\. /g), ([, a, operator, b, c]) => [
    Number(a),
    operator ?? "",
    Number(b),
    Number(c),
  ]);
const isRight = ([a, operator, b, c]: [number, string, number, number]): boolean =>
  c === (operator === "+" ? a + b : operator === "-" ? a - b : operator === "*" ? a * b : a / b);
const boxed = (solution: string): string | undefined => /\\boxed\{(\w+)\}$/.exec(solution)?.[1];

describe("careful work", () => {
  test("is a step a sentence and the boxed value", () => {
    expect(writeSolution(WORD, "careful", createRandom(1))).toBe(
      "46+59=105. 7*2=14. 105+14=119. \\boxed{119}",
    );
  });

  test("of a choice walks the options up to the first that equals the value", () => {
    expect(writeSolution(CHOICE, "careful", createRandom(1))).toBe(
      "16+7=23. A. 13 no. B. 23 yes. \\boxed{B}",
    );
  });

  test("is right at every step and ends in the answer, in every family and level", () => {
    const random = createRandom(21);
    for (const family of ["word", "expression", "choice"] satisfies Family[]) {
      for (const level of LEVELS) {
        for (let i = 0; i < 60; i++) {
          const question = drawQuestion(family, level, random);
          const solution = writeSolution(question, "careful", random);
          expect(steps(solution).every(isRight), solution).toBe(true);
          expect(boxed(solution)).toBe(question.answer);
        }
      }
    }
  });
});

test("a direct solution is the boxed answer alone", () => {
  expect(writeSolution(WORD, "direct", createRandom(1))).toBe("\\boxed{119}");
  expect(writeSolution(CHOICE, "direct", createRandom(1))).toBe("\\boxed{B}");
});

describe("sloppy work", () => {
  const random = createRandom(31);
  const solutions = Array.from({ length: 3000 }, () => writeSolution(WORD, "sloppy", random));

  test("goes wrong in three steps of ten", () => {
    const wrong = solutions.flatMap(steps).filter((step) => !isRight(step)).length;
    // 9000 steps at .30: standard deviation .005, so .02 is four of them.
    expect(Math.abs(wrong / 9000 - 0.3)).toBeLessThan(0.02);
  });

  test("carries an error on to the boxed value", () => {
    for (const solution of solutions) {
      const [first, bags, last] = steps(solution);
      expect([last?.[0], last?.[2]]).toEqual([first?.[3], bags?.[3]]);
      expect(boxed(solution)).toBe(String(last?.[3]));
    }
  });

  test("forgets carries more often than it makes any other slip", () => {
    // 46+59 has a carry: half of the slips and a sixth of the other half are 105-10.
    const slips = solutions.map((solution) => steps(solution)[0]?.[3]).filter((value) => value !== 105);
    const share = slips.filter((value) => value === 95).length / slips.length;
    expect(Math.abs(share - 7 / 12)).toBeLessThan(0.07); // about 900 slips: standard deviation .016
  });

  test("of a choice boxes the nearest option, the first of two as near, when none equals the value", () => {
    const values = Array.from({ length: 2000 }, () => writeSolution(CHOICE, "sloppy", random));
    const all = "A. 13 no. B. 23 no. C. 25 no. D. 28 no. ";
    expect(values).toContain(`16+7=24. ${all}\\boxed{B}`); // 23 and 25 are as near
    expect(values).toContain(`16+7=33. ${all}\\boxed{D}`);
    expect(values).toContain("16+7=13. A. 13 yes. \\boxed{A}");
    expect(values).toContain("16+7=25. A. 13 no. B. 23 no. C. 25 yes. \\boxed{C}");
  });
});
