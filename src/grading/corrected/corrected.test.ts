import { describe, expect, test } from "vitest";
import { correctedGrader } from "./corrected.ts";

const extract = (text: string) => correctedGrader.extract(text, "math");
const letter = (text: string) => correctedGrader.extract(text, "gpqa");
const equal = (a: string, b: string) => correctedGrader.equal(a, b, "math");
const key = (answer: string) => correctedGrader.key(answer, "math");

describe("where the answer of a response is", () => {
  test.each([
    ["in a box", "so $\\boxed{25}$.", "25"],
    ["in the last of several boxes", "first \\boxed{7}, check: \\boxed{8}", "8"],
    ["in a box around braces", "\\boxed{\\sqrt{2^{3}}}", "\\sqrt{2^{3}}"],
    ["in the last complete box when a later one is cut off", "\\boxed{7}, check: \\boxed{8", "7"],
    ["in the box, whatever is said after it", "<think>\\boxed{3}</think> answer is 4", "3"],
    ['after "answer is" up to the end of the sentence', "The answer is 12. Done.", "12"],
    ['after the last "answer is"', "The answer is 1.\nNo, the final Answer Is: 2", "2"],
    ["before a special token", "The answer is 5<|im_end|>", "5"],
    ["between dollars", "The answer is $\\frac{1}{2}$ because it is", "\\frac{1}{2}"],
    ["in bold type", "The answer is **5**.", "5"],
    ["between LaTeX brackets", "The answer is \\(x = 5\\).", "5"],
    ["after a heading", "**Answer:** 5", "5"],
    ["after the last heading, which may be a word", "Answer: 3?\nFinal answer: east.", "east"],
    ["after Chinese words", "答案是 17。", "17"],
    ["after a Chinese heading", "答案：$\\frac{1}{2}$。因为", "\\frac{1}{2}"],
    ["in words", "The answer is twenty-one.", "twenty-one"],
    ["with the word after it", "\\boxed{12 marbles}", "12 marbles"],
  ])("%s", (_, text, answer) => {
    expect(extract(text)).toBe(answer);
  });

  test.each(["Answer: We add 3 and 4.", "Answer: let us see", "Answer:"])(
    "not after a heading that working follows: %j",
    (text) => expect(extract(text)).toBeNull(),
  );

  test.each(["", "46+59=105", "\\boxed{ }", "\\boxed{12", "The answer is \\boxed{12", "the answer is"])(
    "nowhere in %j: a number that merely stands there is none",
    (text) => expect(extract(text)).toBeNull(),
  );

  test.each([
    ["The answer is \\boxed{C}.", "C"],
    ["\\boxed{\\text{(b)}}", "B"],
    ["The answer is C, which A is not", "C"],
    ["Answer: (d)", "D"],
    ["The answer is a strong acid, so I choose D", "D"],
    ["It has a larger mass", null],
    ["ABCD", null],
    ["vitamin B12 and A_1", null],
    ["\\boxed{13}, as A says", null], // what is boxed counts, and it is no choice
  ])("of multiple choice, a letter: %s", (text, answer) => {
    expect(letter(text)).toBe(answer);
  });
});

describe("answers that say the same are equal and share their key", () => {
  test.each([
    [
      "1/2",
      [
        "0.5",
        "\\frac{1}{2}",
        "\\frac12",
        "\\dfrac{2}{4}",
        ".50",
        "2^{-1}",
        "\\sin 30^\\circ",
        "\\cos\\frac{\\pi}{3}",
      ],
    ],
    ["1024", ["2^{10}", "2^10", "1,024", "1{,}024", "1\\,024", "1024.0", "x = 1024", "\\text{1024}"]],
    ["21", ["twenty-one", "Twenty one", "\\text{twenty-one}", "twenty-one apples", "21.0"]],
    ["-600", ["minus six hundred", "-six hundred", "negative six hundred dollars"]],
    ["2005", ["two thousand and five", "two thousand five"]],
    ["123456", ["one hundred twenty-three thousand four hundred and fifty-six"]],
    ["3000000", ["three million", "3 million", "3 \\times 10^6", "3e6"]],
    ["1\\frac{4}{5}", ["9/5", "1.8", "1 4/5"]],
    ["2\\sqrt{2}", ["\\sqrt{8}", "\\sqrt8", "2^{3/2}", "2√2", "\\frac{4}{\\sqrt{2}}"]],
    ["(x+1)^2", ["x^2+2x+1", "(1+x)(x+1)", "x(x+2)+1"]],
    ["(a+5)(b+2)", ["ab+2a+5b+10", "(b+2)(a+5)"]],
    ["\\tan x", ["\\frac{\\sin x}{\\cos x}", "\\tan(x)", "1/\\cot x"]],
    [
      "1 \\pm \\sqrt{19}",
      ["1+\\sqrt{19}, 1-\\sqrt{19}", "\\{1-\\sqrt{19}, 1+\\sqrt{19}\\}", "1\\pm\\sqrt{19}"],
    ],
    ["\\{1, 2\\}", ["2,1", "\\{2,1,1\\}", "x = 1 \\text{ or } x = 2"]],
    ["(-\\infty, 2) \\cup (3, \\infty)", ["(3,\\infty)\\cup(-\\infty,2)", "(-inf,2)U(3,inf)"]],
    ["[-2,7]", ["x \\in [-2,7]", "-2 \\le x \\le 7", "7 \\ge x \\ge -2"]],
    ["\\begin{pmatrix} 1/5 \\\\ 2 \\end{pmatrix}", ["\\begin{bmatrix}0.2\\\\2.0\\end{bmatrix}"]],
    ["5x - 7y + 4 = 0", ["7y = 5x + 4", "10x-14y=-8"]],
    ["\\text{east}", ["east", "East", "\\textbf{east}"]],
    ["5\\text{ cm}^2", ["5", "5 cm", "5cm", "5 marbles", "5 square meters", "5\\mathrm{cm}"]],
    ["\\frac{270}7\\text{ degrees}", ["270/7", "\\frac{270}{7}^\\circ"]],
    ["\\cot x", ["\\cotx", "\\cot\\,x"]],
    ["x=2, y=3", ["y = 3 \\text{ and } x = 2"]],
    ["n(n-1)", ["n!/(n-2)!", "2\\binom{n}{2}"]],
    ["\\sqrt[3]{-8}", ["-2"]],
    ["6 - 5i", ["-5i+6", "6-5\\mathrm{i}"]],
    ["52_8", ["52_{8}"]],
  ])("%s", (answer, others) => {
    for (const other of others) {
      expect([other, equal(answer, other), equal(other, answer)]).toEqual([other, true, true]);
      expect([other, key(other)]).toEqual([other, key(answer)]);
    }
  });

  test.each([
    ["12", "13"],
    ["(1,2)", "(2,1)"],
    ["[1,2]", "(1,2)"],
    ["1,2", "(1,2)"],
    ["1,-2", "1-2"],
    ["2k", "2"],
    ["2m", "2"],
    ["a+b", "b"],
    ["1 \\pm \\sqrt{19}", "1+\\sqrt{19}"],
    ["\\sqrt{x^2}", "x"],
    ["\\frac{1+\\sqrt{5}}{2}", "1+\\frac{\\sqrt{5}}{2}"],
    ["3.14159", "\\pi"],
    ["0.333", "\\frac{1}{3}"],
    ["52_8", "52"],
    ["\\sin x", "x"],
    ["one-to-one", "1"],
    ["five and six", "11"],
    ["five zero", "50"],
    ["twenty eleven", "31"],
    ["thousand", "1000"],
    ["east", "seat"],
    ["x > 5", "x < 5"],
    ["x=2, y=3", "x=3, y=2"],
    ["12345678901234567890", "12345678901234567891"],
    ["", ""],
  ])("%s is not %s", (a, b) => {
    expect([equal(a, b), equal(b, a)]).toEqual([false, false]);
  });

  test("of multiple choice by their letter", () => {
    expect(correctedGrader.equal("B", "(B)", "gpqa")).toBe(true);
    expect(correctedGrader.equal("B", "C", "gpqa")).toBe(false);
    expect(correctedGrader.key("(B)", "gpqa")).toBe("B");
  });
});

describe("an answer that is too much to decide", () => {
  test.each([
    ["a tower of powers", "9^9^9^9"],
    ["a large factorial", "100000!"],
    ["factorials of factorials", `5${"!".repeat(900)}`],
    ["many factorials", Array.from({ length: 120 }, (_, i) => `1/${800 + i}!`).join("+")],
    ["powers of fractions", "(3/7)^2000+".repeat(80) + "1"],
    ["deep fractions", "\\frac{1}{".repeat(300) + "2" + "}".repeat(300)],
    ["open brackets", "(".repeat(900)],
    ["a number of a million digits", "1".repeat(1 << 20)],
    ["a text without end", "\\text{".repeat(1 << 17)],
    ["spaced letters", "a ".repeat(1 << 19)],
  ])("is ungraded, not wrong, and equal to itself: %s", (_, answer) => {
    expect(equal(answer, "1/2")).toBeNull();
    expect(equal(answer, answer)).toBe(true);
  });
});
