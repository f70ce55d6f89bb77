import { expect, test } from "vitest";
import { evaluationFrom } from "./fixture.ts";
import { evaluationReport } from "./outcome.ts";

test("an evaluation is reported by level, each with its own interval", () => {
  const report = evaluationReport(evaluationFrom(0, [0, 0, 1, 1]));
  expect(report.questions).toBe(4);
  expect(report.byLevel).toEqual([
    { level: "L1", questions: 2, passAt1: 0, majAtN: 0, passAt1Interval: [0, 0], majAtNInterval: [0, 0] },
    { level: "L2", questions: 2, passAt1: 1, majAtN: 1, passAt1Interval: [1, 1], majAtNInterval: [1, 1] },
  ]);
});
