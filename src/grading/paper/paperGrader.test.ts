import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { paperGrader } from "./paperGrader.ts";

const DATA = new URL("../../../../shared/data/grader/", import.meta.url);

function rows(file: string): Record<string, string>[] {
  const text = readFileSync(new URL(file, DATA), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>); // every value a test reads is a text
}

describe.skipIf(!existsSync(DATA))("against verdicts of the authors' grader in ../shared", () => {
  test("every response has the answer they extract", () => {
    const wrong = rows("extract.jsonl").filter(
      ({ response, task, extracted }) =>
        paperGrader.extract(response ?? "", task === "gpqa" ? "gpqa" : "math") !== extracted,
    );
    expect(wrong).toEqual([]);
  });

  test("every pair that their grader decides in time is graded as they do", () => {
    const wrong = rows("equal.jsonl").filter(
      ({ given = "", truth = "", equal, official }) =>
        official !== "timeout" && paperGrader.equal(given, truth, "math") !== (equal as unknown),
    );
    expect(wrong).toEqual([]);
  });
});

// Measured with the authors' code, oddities included: units that are variables, hyphens that are signs.
test.each([
  ["so $\\boxed{025}$.", "25"],
  ["\\boxed{\\frac12}", "\\frac{1}{2}"],
  ["\\boxed{3/4}", "\\frac{3}{4}"],
  ["\\boxed{\\dfrac{3}{4}}", "\\frac{3}{4}"],
  ["first \\boxed{7}, check: \\boxed{8}", "8"],
  ["\\boxed{12", "12"],
  ["boxed 42 $ done", "42"],
  ["\\boxed{}", ""],
  ["no digits at all", ""],
  ["", ""],
  ["Sum is 1,234 and then 5.", "5"],
  ["The answer is 12 apples.", "12"],
  ["\\boxed{142.0}", "142"],
  ["\\boxed{3.500}", "3.500"],
  ["\\boxed{18.0.0}", "18"],
  ["\\boxed{x=5}", "5"],
  ["\\boxed{5\\text{ cm}}", "5"],
  ["\\boxed{a+b}", "+b"],
  ["\\boxed{(a+5)(b+2)}", "(+5)(b+2)"],
  ["\\boxed{1 \\pm \\sqrt{19}}", "1\\\\sqrt{19}"],
  ["\\boxed{\\text{east}}", ""],
  ["\\boxed{\\text{five}}", "five"],
  ["\\boxed{six hundred}", "600"],
  ["\\boxed{nine million nine thousand}", "9010009"],
  ["\\boxed{j+1}", "i+1"],
  ["\\boxed{1 and 2}", "12"],
  ["\\boxed{\\$1{,}000}", "1{,}000"],
  ["range 2-5", "-5"],
  ["\\boxed{x \\in [-2,7]}", "x\\in[-2,7]"],
  ["答案是 17。", "17。"],
  ["<think>\\boxed{3}</think> answer is 4", "3"],
  ["The answer is 5<|im_end|>", "5<|im_end|>"],
])("%j has the answer %j", (response, answer) => {
  expect(paperGrader.extract(response, "math")).toBe(answer);
});

test.each([
  ["The answer is \\boxed{C}.", "C"],
  ["Answer: (d)", "D"],
  ["it has a larger mass", "A"],
  ["D. 4 eV; a proton moves", "A"],
  ["ABCD", "ABCD"],
  ["no letters here", "no letters here"],
])("%j chooses %j", (response, answer) => {
  expect(paperGrader.extract(response, "gpqa")).toBe(answer);
});

test.each([
  ["25", "025", true],
  ["142", "142.0", true],
  ["10,080", "10080", true],
  ["2/4", "1/2", false],
  ["\\frac{2}{4}", "\\frac12", false],
  ["0.25", "\\frac14", true],
  ["\\sqrt8", "2\\sqrt2", true],
  ["(x+1)^2", "x^2+2x+1", true],
  ["6+9i", "9i+6", true],
  ["2^{10}", "1024", false],
  ["1+1", "2", false],
  ["3 million", "3000000", false],
  ["50\\%", "50", true],
  ["0.5", "50\\%", false],
  ["a+b+c+d", "d+c+b+a", false],
  ["(1,2)", "(2,1)", false],
  ["1,2", "(1,2)", false],
  ["[1,2]", "(1,2)", false],
  ["90", "90^\\circ", true],
  ["5 cm", "5", true],
  ["Evelyn", "\\text{Evelyn}", true],
  ["x=5", "5", true],
  ["3.14159", "\\pi", false],
  ["52_8", "52", false],
  ["", "", true],
  // Floating point as the library has it: rounded to 53 bits, never compared with an irrational number.
  ["0.1*3", "3/10", false],
  ["\\frac{\\sqrt{2}}{2}.0", "\\frac{1}{\\sqrt{2}}", true],
  ["1.5pi", "\\frac{3\\pi}{2}", true],
  ["0.7071067811865476", "\\frac{\\sqrt2}{2}", false],
  // Principal branches, factorials of symbols, division by zero.
  ["\\sqrt{x^2}", "x", false],
  ["n!*(n+1)", "(n+1)!", true],
  ["1/(x-x)", "x", false],
  // A number times the rounded reciprocal of another; a root on every branch; no product across a line break.
  ["\\frac{11}{36}.000", "\\frac{11}{36}", false],
  ["5r^5", "\\sqrt{(5r^5)^2}", false],
  ["3\\\\\\sqrt{13}+x", "x+3\\sqrt{13}", false],
  ["x+\\\\3", "3+x", true],
  // The lenient comparison keeps a bare percent sign; an argument may be followed by a comma.
  ["x = \\frac{3}{2}%", "\\frac{3}{2}", false],
  ["\\sqrt{51 or }", "\\sqrt{51}", true],
  ["\\sqrt{(5(b+2))^2}", "5(b+2)", false],
  ["0.3e533333333333333", "\\frac{1}{3}", false],
  // Products without a sign bind like those with one: 1/xy is y/x.
  ["1/xy", "y/x", true],
  ["2^xy", "2^yx", false],
  ["(3!)**9+x", "(5x)**sqrt(8)", false],
])("%j against the truth %j: %s", (given, truth, equal) => {
  expect(paperGrader.equal(given, truth, "math")).toBe(equal);
});

/** Twenty times what any of these takes alone: a quadratic scan of a megabyte takes minutes. */
const LIMIT_MS = 5000;
const MEGABYTE = 1 << 20;

test.each([
  ["braces", "{".repeat(MEGABYTE)],
  ["boxes", "\\boxed{".repeat(MEGABYTE / 8)],
  ["units", `The answer is ${"a b c ".repeat(MEGABYTE / 8)}`],
  ["texts", `The answer is ${"\\text{".repeat(MEGABYTE / 8)}`],
  ["decimals", `The answer is ${"1.".repeat(MEGABYTE / 2)}`],
  ["digits", "1".repeat(MEGABYTE)],
  ["lone surrogates", `\\boxed{${"\ud800".repeat(MEGABYTE)}`],
])("a megabyte of %s is extracted and graded in bounded time", (_name, text) => {
  const start = performance.now();
  for (const task of ["math", "gpqa"] as const) paperGrader.extract(text, task);
  paperGrader.equal(text, "\\frac{1}{2}", "math");
  paperGrader.equal("x", text, "math");
  expect(performance.now() - start).toBeLessThan(LIMIT_MS);
});

test.each([
  ["2**2**2**2**2**2", "x"],
  ["(x+1)**2000", "x"],
  ["123456789123456789!", "x"],
  ["1e999999999", "x"],
  ["(((((9!)!)!)!)!)", "x"],
  ["\\frac{".repeat(120), "x"],
  ["x+".repeat(9000) + "x", "y"],
  [`x**0.5**${"2**".repeat(70)}x`, "y"],
  [`${"(".repeat(5000)}x${")".repeat(5000)}`, "x+1"],
])("%s is never called equal to %s, and takes no time", (given, truth) => {
  const start = performance.now();
  expect(paperGrader.equal(given, truth, "math")).not.toBe(true);
  expect(performance.now() - start).toBeLessThan(500);
});
