import { describe, expect, test } from "vitest";
import { compare, hasSource, measuredRows } from "./comparison.ts";
import { tableOf } from "./estimate.ts";
import { cell, CELLS, evaluation, EXPERIMENT } from "./fixture.ts";
import type { ExperimentResult, ResultCell } from "./result.ts";

const ENVIRONMENT = {
  version: "0.1.0",
  commits: ["abc"],
  backend: "wasm",
  hardware: "a test",
  from: "2026-11-22",
  to: "2026-11-22",
};

function resultOf(cells: readonly ResultCell[], definition = EXPERIMENT): ExperimentResult {
  return { definition, environment: ENVIRONMENT, missing: [], table: tableOf(definition, cells), cells };
}

const means = (estimates: readonly ({ readonly mean: number } | null)[] | undefined) =>
  estimates?.slice(0, 2).map((estimate) => estimate?.mean ?? null);

describe("the comparison of the committed result with the user's own", () => {
  test("has a row for every variant, with the values of each source", () => {
    const own = [cell("soft", 0, [evaluation("before", [4, 0, 0, 0]), evaluation("after", [4, 4, 4, 4])])];
    const comparison = compare(EXPERIMENT, resultOf(CELLS.slice(0, 2)), own);
    expect(comparison.rows.map(({ variant }) => variant)).toEqual(["plain", "soft"]);
    const [first, second] = comparison.rows;
    expect(first).toMatchObject({ committed: { seeds: [0, 1] }, own: null });
    expect(means(first?.committed?.values)).toEqual([0.25, 0.75]);
    expect(second).toMatchObject({ committed: null, own: { seeds: [0] } });
    expect(means(second?.own?.values)).toEqual([0.25, 1]);
  });

  test("finds the columns of an older result by their labels", () => {
    const older = { ...EXPERIMENT, table: EXPERIMENT.table.slice(1) };
    const comparison = compare(EXPERIMENT, resultOf(CELLS.slice(0, 2), older), []);
    expect(means(comparison.rows[0]?.committed?.values)).toEqual([null, 0.75]);
  });

  test("has no measured rows without any run", () => {
    const comparison = compare(EXPERIMENT, null, []);
    expect(measuredRows(comparison)).toEqual([]);
    expect(hasSource(comparison, "own")).toBe(false);
  });
});
