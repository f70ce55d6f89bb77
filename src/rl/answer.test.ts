import { describe, expect, test } from "vitest";
import { answersEqual, extractAnswer } from "./answer.ts";

const math = (text: string) => extractAnswer(text, "math");
const letter = (text: string) => extractAnswer(text, "gpqa");

describe("where the answer of a response is", () => {
  test.each([
    ["in a box", "so $\\boxed{25}$.", "25"],
    ["in the last of several boxes", "first \\boxed{7}, check: \\boxed{8}", "8"],
    ["in a box around braces", "\\boxed{\\sqrt{2^{3}}}", "\\sqrt{2^{3}}"],
    ["in the inner of two nested boxes", "\\boxed{\\boxed{5}}", "5"],
    ["in the last complete box when a later one is cut off", "\\boxed{7}, check: \\boxed{8", "7"],
    ["in the box, whatever is said after it", "<think>\\boxed{3}</think> answer is 4", "3"],
    ['after "answer is" up to the end of the sentence', "The answer is 12. Done.", "12"],
    ['after the last "answer is"', "The answer is 1.\nNo, the final Answer Is: 2", "2"],
    ['after "answer is", decimals kept', "the answer is 3.25.", "3.25"],
    ["after letters whose lower case is longer", "İİİ the answer is 41", "41"],
  ])("%s", (_, text, answer) => {
    expect(math(text)).toBe(answer);
  });

  test.each([
    ["nothing", ""],
    ["a number without a claim", "46+59=105"],
    ["an empty box", "\\boxed{ }"],
    ["a box cut off at the token limit", "\\boxed{12"],
    ["a cut-off box after the phrase", "The answer is \\boxed{12"],
    ["the phrase at the end", "the answer is"],
  ])("is nowhere in %s", (_, text) => {
    expect(math(text)).toBeNull();
  });

  test.each([
    ["The answer is \\boxed{C}.", "C"],
    ["\\boxed{\\text{(B)}}", "B"],
    ["The answer is C, which is a strong acid", "C"], // not the article "a"
    ["A. 13 no. B. 23 yes. \\boxed{B}", "B"],
    ["I choose D", "D"],
    ["It has a larger mass", null],
    ["ABCD", null],
    ["\\boxed{13}, as A says", null], // what is boxed counts, and it is no choice
    ["", null],
  ])("is a capital letter that stands alone, for multiple choice: %s", (text, answer) => {
    expect(letter(text)).toBe(answer);
  });
});

describe("canonical spelling", () => {
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
    ["123456789012345678901234567890", ["0123456789012345678901234567890.0"]], // no digit lost to a float
  ])("%s", (canonical, spellings) => {
    for (const spelling of [canonical, ...spellings]) expect(math(`\\boxed{${spelling}}`)).toBe(canonical);
  });

  test("keeps different answers apart", () => {
    const answers = ["1", "-1", "10", "1,2", "12", "1.2", "0.1", "\\frac{1}{2}", "2/1x", "1,23", "a", "A"];
    const canonical = answers.map((answer) => math(`\\boxed{${answer}}`));
    expect(new Set(canonical).size).toBe(answers.length);
  });

  test("spells the truth of the data set the same way", () => {
    expect(answersEqual("25", "025", "math")).toBe(true);
    expect(answersEqual("142", "142.0", "math")).toBe(true);
    expect(answersEqual("142", "143", "math")).toBe(false);
    expect(answersEqual("B", "(B)", "gpqa")).toBe(true);
    expect(answersEqual("B", "C", "gpqa")).toBe(false);
  });
});

describe("a hostile response of a megabyte is read in linear time", () => {
  const size = 1 << 20;
  test.each([
    ["open braces", "{".repeat(size)],
    ["boxes never closed", "\\boxed{".repeat(size / 7)],
    ["digits in a box", `\\boxed{${"1".repeat(size)}}`],
    ["zeros before another digit", `\\boxed{0.${"0".repeat(size)}1}`],
    ["dollars before a letter", `\\boxed{${"$".repeat(size)}x}`],
    ["thousands that end badly", `\\boxed{1${",000".repeat(size / 4)}x}`],
    ["spaces", `answer is ${" ".repeat(size)}x`],
    ["claims", "answer is ".repeat(size / 10)],
    ["letters", "A ".repeat(size / 2)],
  ])("%s", (_, text) => {
    const start = performance.now();
    math(text);
    letter(text);
    // Quadratic time over 2^20 characters would be minutes; linear time is tens of milliseconds.
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
