import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { correctedGrader } from "./corrected.ts";

/** Verdicts of the authors' grader, where they are at hand. They are not part of this repository. */
const VERDICTS = "../shared/data/grader/equal.jsonl";
const BENCHMARKS = ["AIME", "AMC", "MATH"].map((name) => `../shared/data/benchmarks/${name}-TTT.json`);

interface Row {
  readonly given: string;
  readonly truth: string;
  readonly equal: boolean;
  readonly via: string;
  readonly official?: string;
}

/** A difference from the authors' verdict: `pair` is both answers, given and truth, on a line each. */
interface Difference {
  readonly row: Row;
  readonly pair: string;
  readonly verdict: boolean | null;
}

const stricter =
  (pattern: RegExp) =>
  ({ pair, verdict }: Difference): boolean =>
    verdict === false && pattern.test(pair);
const milder =
  (pattern: RegExp) =>
  ({ pair, verdict }: Difference): boolean =>
    verdict === true && pattern.test(pair);

/** One answer is a numeral, the other a formula that only arithmetic turns into one. */
function isNumeralAndFormula({ given, truth }: Row): boolean {
  const isNumeral = (answer: string): boolean => /^-?\d[\d,]*(?:\.\d+)?(?:e\d+)?$/.test(answer);
  const isFormula = (answer: string): boolean =>
    /[-+*/!^(|\\]|illion/.test(answer.slice(1)) || /^[\\(|]/.test(answer);
  return (isNumeral(given) && isFormula(truth)) || (isNumeral(truth) && isFormula(given));
}

/** Two fractions of whole numbers whose cross products are equal. */
function areEqualFractions({ given, truth }: Row): boolean {
  const [a, b] = [given, truth].map((answer) => {
    const found = /^(-?)(?:\\[dtc]?frac\{(-?\d+)\}\{(\d+)\}|(-?\d+)\/(\d+))$/.exec(answer);
    const [, sign, top = found?.[4], bottom = found?.[5]] = found ?? [];
    return { top: BigInt(top ?? 0) * (sign === "-" ? -1n : 1n), bottom: BigInt(bottom ?? 0) };
  });
  return (
    a !== undefined && b !== undefined && a.bottom * b.bottom !== 0n && a.top * b.bottom === b.top * a.bottom
  );
}

/** Both have the same brackets and as many commas; some entry is written another way. */
function areTuples({ given, truth }: Row): boolean {
  const frame = (answer: string): string =>
    answer.replace(/^(.).*(.)$/s, "$1$2") + answer.replace(/[^,]/g, "");
  return (
    /^[([].*,.*[)\]]$/.test(truth) && frame(given).replace("((", "(") === frame(truth).replace("((", "(")
  );
}

/** The letters that stand for numbers: those of macros, functions and constants are none. */
function variables(answer: string): string {
  const letters = answer
    .replace(/\\text\{([^}]*)\}/g, "$1")
    .replace(/\\[a-zA-Z]+|sin|cos|ln|sqrt|inf(?:inity)?|pi|[eiI]/g, "")
    .match(/[a-zA-Z]/g);
  return [...new Set(letters)].sort().join("");
}

const structure =
  (holds: (row: Row) => boolean) =>
  ({ row, verdict }: Difference): boolean =>
    verdict === true && row.via === "structure" && holds(row);
const blocked =
  (holds: (row: Row) => boolean) =>
  ({ row, verdict }: Difference): boolean =>
    verdict === true && row.via === "blocked" && holds(row);

/** Why the corrected grader differs from the authors' one. The first that applies counts; there is no other reason. */
const REASONS: readonly (readonly [string, (difference: Difference) => boolean])[] = [
  ["too large to decide: ungraded", ({ verdict }) => verdict === null],
  ["no answer is right about nothing", stricter(/^\s*\n|\n\s*$|^\{\}|\{\}$|^\\text\{/)],
  ["a stray brace or backslash is no answer", stricter(/^[{}\\]+\n|\}2\}|\\text\{ a/)],
  ["numbers a rounding apart differ", stricter(/\.\d*(?:0{6}|9{7}|\d{12})|\d{18}/)],
  ["a function is more than its argument", stricter(/\\(?:arc)?(?:cot|sec|csc)/)],
  ["a unit inside a word is part of it", stricter(/day/)],
  ["a mixed number has one sign for both parts", stricter(/-5 ?(?:\\frac\{1\}\{2\}|1\/2)/)],
  ["an equation is more than its right side", stricter(/ab=5/)],
  ["a denominator divides all of its numerator and no more", stricter(/\\frac/)],
  ["a comma before a space, or in brackets, separates values", stricter(/, 000|[({]\d+,\d{3}\\?[)}]/)],
  ["a subscript is a base, not digits", stricter(/\d_\d/)],
  ["a space is no plus, a unit no exponent, a word no comma", stricter(/5 {2}6|inches|or \\!/)],
  ["one backslash ends no row", stricter(/pmatrix.* \\ /)],
  ["LaTeX names in capitals", milder(/\\[A-Z]{2}/)],
  ["signs beyond ASCII", milder(/\P{ASCII}/u)],
  [
    "a unit, a full stop or a mark that is no part of a value",
    milder(
      /units?\}?$|units?\}?\n|apples|cents|\.(?:\n|$)|\\#|["']|ft|kg|, ?(?:\n|$)|\{\\circ|\d°|\*\*\\circ/,
    ),
  ],
  [
    "members of a set or a list of solutions in any order, each once, a union likewise",
    milder(/\\\{|\\cup|^-?[^([\n]*, ?[^\n]*\n-?[^([]*,/),
  ],
  ["a semicolon, a word or a typed sign separates like a comma or ±", milder(/;|or|\+-|\\pm/)],
  ["an equation or inequality written another way", milder(/[=<>]|\\in|\\le/)],
  ["decimals right to the last digit of a double", milder(/\.\d{12}/)],
  ["a number in words is a number", milder(/^twelve$/m)],
  ["a thin space ends a LaTeX name", milder(/\\[a-z]+\\,[a-z]/)],
  ["a formula is evaluated where the other answer is a numeral", structure(isNumeralAndFormula)],
  ["fractions need not be reduced", structure(areEqualFractions)],
  ["entries of tuples are evaluated", structure(areTuples)],
  [
    "more than two letters, powers in brackets and functions are evaluated",
    blocked(({ given, truth }) => variables(given) === variables(truth)),
  ],
  ["fractions keep their brackets when they are read", milder(/\\c?frac|\//)],
  [
    "roots, powers, signs and functions are read as they are written",
    milder(/sqrt|\^|--|\\?ln|[iI]|\|x\||\\pi|\*|\\cdot|\\mathcal|\\binom/),
  ],
  ["decimals are exact", milder(/\d\.\d/)],
];

function readRows(): readonly Row[] {
  const rows = readFileSync(VERDICTS, "utf8").trim().split("\n");
  return rows.map((line) => JSON.parse(line) as Row).filter((row) => row.official !== "timeout"); // as README has it
}

describe("against the authors' verdicts", () => {
  test.skipIf(!existsSync(VERDICTS))(
    "each difference has a reason that is listed, and few rows differ",
    () => {
      const rows = readRows();
      const counts = new Map<string, number>();
      const unexplained: string[] = [];
      for (const row of rows) {
        const verdict = correctedGrader.equal(row.given, row.truth, "math");
        if (verdict === row.equal) continue;
        const difference = { row, verdict, pair: `${row.given}\n${row.truth}` };
        const reason = REASONS.find(([, applies]) => applies(difference))?.[0];
        if (reason === undefined) unexplained.push(`${row.given} | ${row.truth} | ${verdict}`);
        else counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
      expect(unexplained).toEqual([]);
      expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeLessThan(rows.length / 4);
    },
  );

  test.skipIf(!BENCHMARKS.every(existsSync)).each(BENCHMARKS)(
    "a true answer in a box is right: %s",
    (path) => {
      const questions = JSON.parse(readFileSync(path, "utf8")) as { readonly answer: string }[]; // as README has it
      for (const { answer } of questions) {
        const extracted = correctedGrader.extract(`Therefore $\\boxed{${answer}}$.`, "math") ?? "";
        expect([answer, correctedGrader.equal(extracted, answer, "math")]).toEqual([answer, true]);
      }
    },
  );
});
