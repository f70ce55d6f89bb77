import { describe, expect, test } from "vitest";
import { answersEqual, extractAnswer, extractAnswers, gradeAnswer } from "./answer.ts";
import { MATH } from "./fixture.ts";

const CHOICE = { ...MATH, task: "gpqa" } as const;

const math = (text: string) => extractAnswer(text, MATH);
const letter = (text: string) => extractAnswer(text, CHOICE);
const boxed = (answers: readonly string[]) => answers.map((answer) => `so \\boxed{${answer}}.`);

describe("spelling of an extracted answer", () => {
  test.each([
    [
      "25",
      ["025", " 25 ", "$25$", "25.", "25.0", "25.000", "+25", "x=25", "\\$25", "25\\%", "25^\\circ", "2 5"],
    ],
    ["10080", ["10,080", "10080.0", "$10,080$"]],
    ["-3.5", ["-3.50", "-03.5"]],
    ["0", ["-0", "0.0", "000", "-0.00"]],
    ["0.25", [".25", "0.250"]],
    ["\\frac{3}{4}", ["\\dfrac{3}{4}", "\\tfrac34", "3/4", "\\frac 34"]],
    ["(1,2)", ["\\left(1, 2\\right)", "(1,\\!2)"]],
    ["east", ["\\text{east}"]],
    ["\\cot x", ["\\cot  x"]],
    ["123456789012345678901234567890", ["0123456789012345678901234567890.0"]], // no digit lost to a float
  ])("%s", (canonical, spellings) => {
    for (const spelling of [canonical, ...spellings]) expect(math(`\\boxed{${spelling}}`)).toBe(canonical);
  });

  test("keeps different answers apart", () => {
    const answers = ["1", "-1", "10", "1,2", "12", "1.2", "0.1", "\\frac{1}{2}", "2/1x", "1,23", "a", "A"];
    const canonical = answers.map((answer) => math(`\\boxed{${answer}}`));
    expect(new Set(canonical).size).toBe(answers.length);
  });
});

describe("answers of a group", () => {
  test("that say the same take the spelling of the first", () => {
    const texts = boxed(["\\frac{1}{2}", "0.5", "7", "2/4", "007", "2^{-1}"]);
    expect(extractAnswers(texts, MATH)).toEqual([
      "\\frac{1}{2}",
      "\\frac{1}{2}",
      "7",
      "\\frac{1}{2}",
      "7",
      "\\frac{1}{2}",
    ]);
  });

  test("keep null in its place, and different answers apart", () => {
    expect(extractAnswers(["no", ...boxed(["1", "2"]), ""], MATH)).toEqual([null, "1", "2", null]);
    expect(extractAnswers(["I choose B", "\\boxed{C}", "It is a gas"], CHOICE)).toEqual(["B", "C", null]);
  });
});

describe("grading", () => {
  test("compares an answer with the truth of the data set", () => {
    expect(answersEqual("25", "025", MATH)).toBe(true);
    expect(answersEqual("142", "142.0", MATH)).toBe(true);
    expect(answersEqual("142", "143", MATH)).toBe(false);
    expect(answersEqual("B", "(B)", CHOICE)).toBe(true);
    expect(answersEqual("B", "C", CHOICE)).toBe(false);
  });

  test("leaves open what it cannot decide, which counts as no agreement", () => {
    expect(gradeAnswer("9^9^9^9", "1", MATH)).toBeNull();
    expect(answersEqual("9^9^9^9", "1", MATH)).toBe(false);
  });
});

describe("a hostile response of a megabyte is read", () => {
  // A scan in quadratic time would take these 2^20 characters hours, and so past the time a test has.
  const size = 1 << 20;
  test.each([
    ["open braces", "{".repeat(size), null],
    ["boxes never closed", "\\boxed{".repeat(size / 7), null],
    ["digits in a box", `\\boxed{${"1".repeat(size)}}`, size],
    ["zeros before another digit", `\\boxed{0.${"0".repeat(size)}1}`, size + 3],
    ["dollars before a letter", `\\boxed{${"$".repeat(size)}x}`, 1],
    ["thousands that end badly", `\\boxed{1${",000".repeat(size / 4)}x}`, size + 2],
    ["spaces", `answer is ${" ".repeat(size)}x`, null], // an answer is short
    ["claims", "answer is ".repeat(size / 10), null],
    ["letters", "A ".repeat(size / 2), null],
    ["special tokens", `${"<|".repeat(size / 2)}\\boxed{1}`, 1],
  ])("%s", (_, text, length) => {
    expect(math(text)?.length ?? null).toBe(length);
    letter(text);
  });
});

test("letters beyond a question's options are no answers", () => {
  const texts = ["The answer is E.", "\\boxed{D}", "I choose B", "Answer: F, or rather (C)"];
  expect(extractAnswers(texts, CHOICE, 3)).toEqual([null, null, "B", "C"]);
  expect(extractAnswers(texts, CHOICE, 4)).toEqual([null, "D", "B", "C"]);
  expect(extractAnswers(texts, CHOICE, 10)).toEqual(["E", "D", "B", "F"]);
  expect(extractAnswers(texts, CHOICE)).toEqual(["E", "D", "B", "F"]);
});
