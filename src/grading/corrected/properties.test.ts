import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { correctedGrader } from "./corrected.ts";

const equal = (a: string, b: string) => correctedGrader.equal(a, b, "math");
const key = (answer: string) => correctedGrader.key(answer, "math");
const SEED = { seed: 7, numRuns: 300 };

/** Two spellings of one random formula in x, y and small whole numbers. */
interface Pair {
  readonly one: string;
  readonly other: string;
}

const whole = fc.integer({ min: 1, max: 99 });
const leaf: fc.Arbitrary<Pair> = fc.oneof(
  whole.map((n) => ({ one: `${n}`, other: `${n}.0` })),
  whole.map((n) => ({ one: `${n}/8`, other: `\\frac{${2 * n}}{16}` })),
  whole.map((n) => ({ one: `\\sqrt{${n}}`, other: `${n}^{1/2}` })),
  fc.constantFrom({ one: "x", other: "{x}" }, { one: "y", other: "(y)" }, { one: "\\pi", other: "π" }),
);
const formulas: fc.Arbitrary<Pair> = fc.letrec<{ formula: Pair }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.tuple(tie("formula"), tie("formula")).map(([a, b]) => ({
      one: `(${a.one}+${b.one})`,
      other: `\\left(${b.other} + ${a.other}\\right)`,
    })),
    fc.tuple(tie("formula"), tie("formula")).map(([a, b]) => ({
      one: `(${a.one})(${b.one})`,
      other: `(${b.other}) \\cdot (${a.other})`,
    })),
    fc.tuple(tie("formula"), tie("formula"), whole).map(([a, b, n]) => ({
      one: `${n}(${a.one}-(${b.one}))`,
      other: `(${n}(${a.other})-${n}(${b.other}))`,
    })),
    tie("formula").map((a) => ({ one: `(${a.one})^2`, other: `(${a.other})*(${a.other})` })),
  ),
})).formula;

describe("equality of answers", () => {
  test("is reflexive on any text, and never throws", () => {
    const pieces = fc.constantFrom(
      "\\frac",
      "{",
      "}",
      "(",
      ")",
      "^",
      "_",
      "2",
      "x",
      ",",
      "\\pm",
      "!",
      " ",
      "=",
      "\\text{",
    );
    const texts = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(pieces, { maxLength: 30 }).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const verdict = equal(text, text);
        expect(verdict === true || key(text) === '""').toBe(true);
      }),
      SEED,
    );
  });

  test("is symmetric on any two texts", () => {
    const pieces = fc.array(fc.constantFrom("1", "2", "x", "+", "-", "/", ",", "(", ")", "\\pm ", "=", "^"), {
      maxLength: 8,
    });
    const texts = pieces.map((all) => all.join(""));
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(equal(a, b)).toBe(equal(b, a));
      }),
      SEED,
    );
  });

  test("holds between a formula and the same one rewritten, which share their key", () => {
    fc.assert(
      fc.property(formulas, ({ one, other }) => {
        expect(equal(one, other)).not.toBe(false);
        if (equal(one, other) === true) expect(key(other)).toBe(key(one));
      }),
      SEED,
    );
  });

  test("does not hold between a formula and a hundred-thousandth more of it", () => {
    fc.assert(
      fc.property(formulas, ({ one, other }) => {
        fc.pre(equal(one, "0") !== true);
        expect(equal(one, `1.00001(${other})`)).not.toBe(true);
      }),
      SEED,
    );
  });
});
