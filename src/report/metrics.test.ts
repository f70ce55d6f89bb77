import { expect, test } from "vitest";
import { describedRun, evaluationOf, stepOf } from "./fixture.ts";
import { metricsCsv, metricsJson } from "./metrics.ts";
import type { RunReport } from "./record.ts";

const report: RunReport = {
  run: describedRun(),
  steps: [
    stepOf(1, { labelAccuracy: null, entropy: 1 / 3, loss: -1e-7 }),
    stepOf(2, { gradientNorm: null, majorityRatio: 0.5 }),
  ],
  evaluations: [evaluationOf(0, { passAt1: 0.25 })],
};

/** The table as it reads: rows of cells by column. */
function table(text: string): { header: string[]; rows: Record<string, string | undefined>[] } {
  const [header = [], ...lines] = text
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split(","));
  expect(lines.every((line) => line.length === header.length)).toBe(true);
  const rows = lines.map((line) => Object.fromEntries(header.map((name, i) => [name, line[i]])));
  return { header, rows };
}

test("the table has a row for every step, evaluations included, and leaves the unknown empty", () => {
  const { rows } = table(metricsCsv(report));
  expect(rows).toHaveLength(3);
  expect(rows[0]).toMatchObject({ step: "0", entropy: "", evaluation_passAt1: "0.25" });
  expect(rows[1]).toMatchObject({ step: "1", labelAccuracy: "", loss: "-1e-7", evaluation_passAt1: "" });
  expect(Number(rows[1]?.["entropy"])).toBe(1 / 3); // every digit
  expect(rows[2]).toMatchObject({ step: "2", gradientNorm: "", majorityRatio: "0.5" });
});

test("the table has a column for every metric of a step, its wall-clock, and every figure of an evaluation", () => {
  const { metrics, timing } = stepOf(1);
  const { step, questions, atK, ...figures } = evaluationOf(0);
  expect([step, questions.length, atK.map(({ k }) => k)]).toEqual([0, 2, [2, 4]]); // no column of their own
  expect(new Set(table(metricsCsv(report)).header)).toEqual(
    new Set([
      ...Object.keys(metrics),
      ...Object.keys(timing),
      ...Object.keys(figures).map((name) => `evaluation_${name}`),
      ...["pass", "best", "worst", "maj"].flatMap((name) => [2, 4].map((k) => `evaluation_${name}@${k}`)),
    ]),
  );
});

test("of a run recorded before a figure was measured the table leaves it empty and the JSON out", () => {
  const { flipRate, voteEntropy, ...metrics } = stepOf(1).metrics;
  const { atK, ...evaluation } = evaluationOf(0);
  expect([flipRate, voteEntropy, atK]).not.toContain(undefined);
  const old = { ...report, steps: [{ ...stepOf(1), metrics }], evaluations: [evaluation] };
  expect(table(metricsCsv(old)).rows[1]).toMatchObject({ flipRate: "", voteEntropy: "", reward: "0.5" });
  expect(JSON.parse(metricsJson(old))).toEqual(old);
});

test("the JSON holds run, steps and evaluations as they were reported", () => {
  expect(JSON.parse(metricsJson(report))).toEqual(report);
});

test("the JSON holds what a record is made of, and not what else its writer keeps in it", () => {
  const [step] = report.steps;
  const journalled = { metrics: { type: "step", ...step!.metrics }, timing: { seconds: 3, ...step!.timing } };
  const evaluation = { type: "evaluation", dataset: "word", ...report.evaluations[0]! };
  const text = metricsJson({ ...report, steps: [journalled], evaluations: [evaluation] });
  expect(text).toBe(metricsJson({ ...report, steps: [step!] }));
});
