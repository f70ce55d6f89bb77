import { expect, test } from "vitest";
import { evaluationOf, recordOf, stepOf } from "./fixture.ts";
import { metricsCsv, metricsJson } from "./report.ts";

const record = recordOf({
  steps: [stepOf(1, { labelAccuracy: null, entropy: 0.125 })],
  evaluations: [evaluationOf(0, { passAt1: 0.25 })],
});

test("the table has a row for every step, evaluations included, and leaves the unknown empty", () => {
  const [header = "", ...rows] = metricsCsv(record).trimEnd().split("\n");
  const cell = (row: number, column: string): string | undefined =>
    rows[row]?.split(",")[header.split(",").indexOf(column)];
  expect(rows).toHaveLength(2);
  expect([cell(0, "step"), cell(0, "entropy"), cell(0, "evaluation_passAt1")]).toEqual(["0", "", "0.25"]);
  expect([cell(1, "step"), cell(1, "entropy"), cell(1, "labelAccuracy")]).toEqual(["1", "0.125", ""]);
  expect(rows.every((row) => row.split(",").length === header.split(",").length)).toBe(true);
});

test("the JSON holds set-up, steps and evaluations as they were reported", () => {
  const { setup, steps, evaluations } = record;
  expect(JSON.parse(metricsJson(record))).toEqual({ setup, steps, evaluations });
});
