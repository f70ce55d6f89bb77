import { expect, test } from "vitest";
import { tableOf } from "./estimate.ts";
import { CELLS, EXPERIMENT } from "./fixture.ts";

const table = tableOf(EXPERIMENT, CELLS);
const [plain, soft] = table.rows;

function value(row: typeof plain, label: string) {
  return row!.values[EXPERIMENT.table.findIndex((column) => column.label === label)];
}

test("a column is the mean over seeds of the mean over questions", () => {
  expect(value(plain, "before")).toMatchObject({ mean: 0.25, bySeed: [0.25, 0.25] });
  expect(value(plain, "after")).toMatchObject({ mean: 0.75, bySeed: [0.75, 0.75] });
});

test("a difference is paired by question: what all questions have in common has no spread", () => {
  // Seed 0: 1,1,.5,.5 less the majorities 1,1,0,0; seed 1: 1,1,1,0 less 1,1,1,0. Their residual explains all the spread of
  // the questions, which leaves Student's interval over seeds: 12.7062 * 0.125 around 0.125.
  expect(value(plain, "above T 1")).toMatchObject({ mean: 0.125, bySeed: [0.25, 0] });
  expect(value(plain, "above T 1")?.interval?.[1]).toBeCloseTo(0.125 + 12.7062 * 0.125, 4);
});

test("a level and another data set are read on their own", () => {
  expect(value(plain, "level 2")?.mean).toBe(0.5);
  expect(value(plain, "choice")?.bySeed).toEqual([0.25, 0.5]);
});

test("what questions do not have is sure over seeds alone", () => {
  const length = value(plain, "length");
  // Student's t of two values: 13 ± 12.706 * 1.4142 / sqrt(2).
  expect(length?.mean).toBe(13);
  expect(length?.interval?.[0]).toBeCloseTo(13 - 12.706, 3);
  expect(length?.interval).toEqual(length?.seedInterval);
});

test("the interval of a share stays a share", () => {
  // Student's t of .25 and .5 alone would reach from -1.2 to 2.
  expect(value(plain, "choice")?.seedInterval).toEqual([0, 1]);
});

test("first and last are means over ten steps", () => {
  expect(value(plain, "label accuracy, last")?.mean).toBe(0.75);
});

test("a column that a run cannot have is null, and a single seed has no interval over seeds", () => {
  expect(value(soft, "above T 1")).toBeNull();
  expect(value(soft, "after")?.seedInterval).toBeNull();
  expect(value(soft, "after")?.interval).toEqual([0.5, 0.5]);
});

test("units follow from what is read", () => {
  expect(table.columns.map(({ unit }) => unit)).toEqual([
    "share",
    "share",
    "difference of shares",
    "share",
    "share",
    "tokens",
    "share",
  ]);
});

test("a variant without runs has no row", () => {
  expect(tableOf(EXPERIMENT, CELLS.slice(0, 2)).rows.map(({ variant }) => variant)).toEqual(["plain"]);
});
