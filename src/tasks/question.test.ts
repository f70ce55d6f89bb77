import { describe, expect, test } from "vitest";
import { createRandom } from "../math/random.ts";
import { chainExpression, type Chain } from "./chain.ts";
import { LEVELS } from "./family.ts";
import { choicePrompt, drawOptions, drawQuestion, taskQuestions } from "./question.ts";
import { testPrompts, testSets } from "./testSets.ts";
import { wordPrompt } from "./word.ts";

const SIXTEEN_PLUS_SEVEN: Chain = { start: 16, events: [{ operator: "+", amount: 7 }], value: 23 };

describe("wording", () => {
  test("a word problem is a story whose every event is one sentence", () => {
    const chain: Chain = {
      start: 46,
      events: [
        { operator: "+", amount: 59 },
        { operator: "-", amount: 5 },
        { operator: "+", bags: 7, amount: 2 },
        { operator: "-", bags: 2, amount: 2 },
        { operator: "*", amount: 3 },
        { operator: "/", amount: 6 },
      ],
      value: 55,
    };
    expect(wordPrompt(chain, createRandom(1))).toMatch(
      /^(\w+) has 46 (\w+)\. (He|She) (buys|finds|wins) 59 more\. \3 (loses|sells|gives away) 5\. \3 buys 7 bags of 2\. \3 sells 2 bags of 2\. Now (he|she) has 3 times as many\. \3 keeps one of 6 equal parts\. How many \2 now\?$/,
    );
  });

  test("an expression is an instruction", () => {
    const { prompt, chain } = drawQuestion("expression", "L3", createRandom(1));
    expect(prompt).toBe(`Compute ${chainExpression(chain)}`);
  });

  test("a choice has its four options on lines of their own", () => {
    const options = [
      { letter: "A", value: 23 },
      { letter: "B", value: 13 },
      { letter: "C", value: 25 },
      { letter: "D", value: 28 },
    ] as const;
    expect(choicePrompt(SIXTEEN_PLUS_SEVEN, options)).toBe("Which is 16+7?\nA. 23\nB. 13\nC. 25\nD. 28");
  });

  test("options are four different values, the answer among them, on every letter as often", () => {
    const random = createRandom(2);
    const letters = Array.from({ length: 4000 }, () => {
      const options = drawOptions(SIXTEEN_PLUS_SEVEN, random);
      expect(options.map((option) => option.letter)).toEqual(["A", "B", "C", "D"]);
      expect(new Set(options.map((option) => option.value)).size).toBe(4);
      return options.find((option) => option.value === 23)?.letter;
    });
    // 4000 draws at 1/4: standard deviation 27, so 100 is 3.7 of them.
    for (const letter of ["A", "B", "C", "D"]) {
      expect(Math.abs(letters.filter((l) => l === letter).length - 1000)).toBeLessThan(100);
    }
  });
});

test("taskQuestions gives unique prompts level by level, none of them excluded", () => {
  const first = taskQuestions("expression", 30, 9);
  const excluded = new Set(first.map((question) => question.prompt));
  const second = taskQuestions("expression", 30, 9, excluded);
  expect(second.map((question) => question.level)).toEqual(
    LEVELS.flatMap((level) => Array<string>(30).fill(level)),
  );
  expect(new Set([...first, ...second].map((question) => question.prompt)).size).toBe(300);
});

test("the test sets are 40 questions a level, with no prompt twice", () => {
  expect(testSets().map(({ name, questions }) => [name, questions.length])).toEqual([
    ["word", 200],
    ["word-heldout", 200],
    ["expression", 200],
    ["choice", 200],
  ]);
  expect(testPrompts().size).toBe(800);
});
