import { describe, expect, test } from "vitest";
import { evaluationOf, metricsOf, recordOf, stepOf } from "../../store/fixture.ts";
import { findings } from "./findings.ts";
import { levelResults } from "./levels.ts";

describe("results by level", () => {
  test("list all questions first, then every level", () => {
    const results = levelResults(evaluationOf(0), evaluationOf(5));
    expect(results.map(({ level, questions }) => [level, questions])).toEqual([
      [null, 2],
      ["L1", 1],
      ["L2", 1],
    ]);
    expect(results[0]?.base.passAt1.mean).toBe(0.25);
    expect(results[1]?.now.majAtN).toEqual({ mean: 1, low: 1, high: 1 });
  });

  test("the confidence interval contains the mean", () => {
    const questions = Array.from({ length: 40 }, (_, i) => ({
      id: String(i),
      level: null,
      passAt1: i % 2,
      majority: i % 2,
      majorityRatio: 1,
    }));
    const [all] = levelResults(evaluationOf(0, { questions }), evaluationOf(1, { questions }));
    // Normal approximation: 0.5 ± 1.96 * 0.5 / sqrt(40) = 0.5 ± 0.155
    expect(all?.now.passAt1.mean).toBe(0.5);
    expect(all?.now.passAt1.low).toBeCloseTo(0.345, 1);
    expect(all?.now.passAt1.high).toBeCloseTo(0.655, 1);
  });

  test("are empty without ground truth", () => {
    const questions = [{ id: "a", level: "L1", passAt1: null, majority: null, majorityRatio: 1 }];
    expect(levelResults(evaluationOf(0, { questions }), evaluationOf(1, { questions }))).toEqual([]);
  });
});

describe("findings", () => {
  const texts = (...args: Parameters<typeof recordOf>): string[] =>
    findings(recordOf(...args)).map(({ text }) => text);

  test("there are none for an ordinary start", () => {
    expect(texts({ evaluations: [evaluationOf(0)], steps: [stepOf(1)] })).toEqual([]);
  });

  test("a policy above the initial vote is reported, and so is one below the initial model", () => {
    // 100 questions, half at 1 and half at 0: the interval is 1.96 * 0.5025 / 10, about ± 10 points.
    const questions = Array.from({ length: 100 }, (_, i) => ({
      id: String(i),
      level: null,
      passAt1: i % 2,
      majority: 0,
      majorityRatio: 1,
    }));
    const base = evaluationOf(0, { passAt1: 0.3, majAtN: 0.5, questions });
    const after = (passAt1: number): string[] =>
      texts({ evaluations: [base, evaluationOf(9, { passAt1, questions })] });
    expect(after(0.61)[0]).toContain("pass@1 (61.0%) exceeds");
    expect(after(0.19)[0]).toContain("fell from 30.0% to 19.0%");
    expect([after(0.59), after(0.21)]).toEqual([[], []]); // within the margin
  });

  test("a model without correct answers is reported, unless most answers are not found", () => {
    const base = evaluationOf(0, { passAt1: 0, unansweredShare: 0.2 });
    expect(texts({ evaluations: [base] })).toEqual([
      expect.stringContaining("cannot teach what the model does not know"),
    ]);
    expect(texts({ evaluations: [{ ...base, unansweredShare: 0.95 }] })).toEqual([]);
  });

  test("a wrong majority over three steps is a warning, one step is not", () => {
    const trapped = { labelAccuracy: 0.5, majorityRatio: 0.9 };
    expect(texts({ steps: [stepOf(1, trapped)] })).toEqual([]);
    expect(texts({ steps: [1, 2, 3].map((step) => stepOf(step, trapped)) })[0]).toContain(
      "wrong majority answers",
    );
  });

  test("unanimous groups are reported as a lack of training signal", () => {
    const done = { ...metricsOf(1), unanimousShare: 0.95, labelAccuracy: 0.9, majorityRatio: 0.95 };
    expect(texts({ steps: [1, 2, 3].map((step) => stepOf(step, done)) })[0]).toContain(
      "almost no training signal",
    );
    const silent = { ...done, majorityRatio: 0, labelAccuracy: 0 };
    expect(texts({ steps: [1, 2, 3].map((step) => stepOf(step, silent)) })).toEqual([]);
  });
});
