import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { paperGrader } from "../paper/paperGrader.ts";
import { correctedGrader } from "./corrected.ts";

const equal = (a: string, b: string) => correctedGrader.equal(a, b, "math");

function expectBothWays(a: string, b: string, verdict: boolean | null): void {
  expect([a, equal(a, b)]).toEqual([a, verdict]);
  expect([b, equal(b, a)]).toEqual([b, verdict]);
}

describe("a function in front of its body is left out", () => {
  test.each([
    ["f(x)=2x+1", "2x+1", true],
    ["f\\left(x\\right) = 2x+1", "y = 2x+1", true],
    ["f(x,y)=x+y", "x+y", true],
    ["f^{-1}(x)=\\frac{x-1}{2}", "\\frac{x-1}{2}", true],
    ["\\phi'(t)=2t", "2t", true],
    ["f: x \\mapsto 2x+1", "2x+1", true],
    ["f(2)=5", "5", true],
    ["\\mathbf{r}(t)=(t,t^2)", "(t,t^2)", true],
    ["\\{x \\mid x>2\\}", "x>2", true],
    ["f(x)=2x+1", "2x+2", false],
    ["f(x)=5", "f(x)=6", false],
    ["x(x+1)=6", "6", false],
    ["ab=5", "5", false],
  ])("%s and %s", expectBothWays);
});

describe("a condition in words may be left unsaid", () => {
  test.each([
    ["2x+1 for all x", "2x+1", true],
    ["\\frac{1}{x} \\text{ where } x \\neq 0", "\\frac1x", true],
    ["x = 2\\pi k, \\text{ where } k \\in \\mathbb{Z}", "2\\pi k", true],
    ["n = 2k for some integer k", "2k", true],
    ["5 if x > 0", "5", true],
    ["h(x)=\\frac{1}{x}, x \\ne 0", "\\frac1x", true],
    ["2x \\quad (x>0)", "2x", true],
    ["x>2, y<3", "x>2", false],
    ["(3, x)", "3", false],
    ["x^2 for x>0", "x^3", false],
    ["x \\text{ if } x>0, -x \\text{ if } x<0", "x", false],
    ["1 for x>0", "1 for x < 0", null],
    ["1 for x>0", "1 for x > 0", true],
  ])("%s and %s", expectBothWays);
});

describe("factorials and identities are decided within the budget", () => {
  test.each([
    ["\\frac{1}{2006!}", "\\frac{1}{2004!}", false],
    ["\\frac{2006!}{2004!}", "2006 \\cdot 2005", true],
    ["\\frac{(n+1)!}{n!}", "n+1", true],
    ["\\sec^2(y)", "\\tan^2(y)+1", true],
    ["\\sin^2(10x)+\\cos^2(10x)", "1", true],
    ["\\csc^2 x", "1+\\cot^2 x", true],
    ["\\cosh^2 x-\\sinh^2 x", "1", true],
    ["\\tan^2 x", "\\sec^2 x+1", false],
  ])("%s and %s", expectBothWays);
});

describe("a decimal is a repeating fraction only if it repeats or has a double's precision", () => {
  test.each([
    ["0.\\overline{3}", "\\frac13", true],
    ["0.1\\overline{6}", "1/6", true],
    ["1.2\\overline{34}", "611/495", true],
    ["0.\\dot{3}", "1/3", true],
    ["0.(3)", "1/3", true],
    ["0.1666...", "1/6", true],
    ["0.3333333333333333", "1/3", true],
    ["66.66666666666667", "200/3", true],
    ["0.3333333333333334", "1/3", false],
    ["0.33333333", "1/3", false],
    ["33.3", "\\frac{100}{3}", false],
    ["0.5000000000000001", "1/2", false],
    ["3.14159...", "\\pi", false],
  ])("%s and %s", expectBothWays);
});

test("a calculation with its result has the value of the result", () => {
  expectBothWays("m+n = 256+37 = 293", "293", true);
  expectBothWays("m+n = 256+37 = 293", "256", false);
});

test("the empty set and the dots of a sequence have several signs", () => {
  expectBothWays("\\emptyset", "\\{\\}", true);
  expectBothWays("\\{1\\}", "\\varnothing", false);
  expectBothWays("1, 3, 5, \\ldots", "1, 3, 5, ...", true);
});

describe("brackets nested too deeply are ungraded, never different", () => {
  test.each([40, 99, 150, 600])("%i pairs", (pairs) => {
    for (const [open, close] of [
      ["(", ")"],
      ["[", "]"],
      ["\\left(", "\\right)"],
    ] as const) {
      // prettier-ignore
      const nested = open.repeat(pairs) + "x" + close.repeat(pairs);
      for (const grader of [correctedGrader, paperGrader])
        expect(grader.equal(nested, "x", "math")).not.toBe(false);
    }
  });
});

/** Public pairs of answers, where they are at hand. */
const PAIRS = "../shared/data/wild/pairs.jsonl";

interface Pair {
  readonly given: string;
  readonly truth: string;
  readonly equal: boolean;
}

test.skipIf(!existsSync(PAIRS))("the public pairs are graded as expected", () => {
  for (const line of readFileSync(PAIRS, "utf8").trim().split("\n")) {
    const pair = JSON.parse(line) as Pair; // as README has it
    expectBothWays(pair.given, pair.truth, pair.equal);
  }
});
