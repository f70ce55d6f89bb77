import { describe, expect, test } from "vitest";
import { tableOf } from "../../experiments/estimate.ts";
import type { Experiment } from "../../experiments/experiment.ts";
import type { ExperimentResult, ResultCell } from "../../experiments/result.ts";
import { beginNext, queueOf, settle } from "../../store/experiments/experimentQueue.ts";
import { overText, underWayText } from "../runbar/queueText.ts";
import { compare, hasSource, measuredRows } from "./comparison.ts";
import { curveRows, panelsOf } from "./curveRows.ts";
import { subjectText, variantText } from "./settingsText.ts";

const EXPERIMENT: Experiment = {
  name: "rates",
  title: "Learning rates",
  question: "Which is best?",
  paper: null,
  expects: "The default.",
  base: { model: "small", dataset: "word", config: { steps: 5 } },
  variants: [
    { name: "default", label: "as it is" },
    {
      name: "high",
      label: "high",
      model: "large",
      level: "L2",
      config: { learningRate: 0.01, schedule: "cosine" },
    },
  ],
  seeds: [0, 1],
  evaluate: [],
  initialVotes: [],
  table: [
    { label: "before", read: { at: "before", value: "passAt1" } },
    { label: "after", read: { at: "after", value: "passAt1" } },
  ],
  plot: { kind: "bars", columns: ["after"] },
};

/** Two questions of four samples; `right` of eight responses are right after the run. */
function cell(variant: string, seed: number, right: number): ResultCell {
  const evaluation = (at: string, step: number, share: number) => ({
    at,
    dataset: variant === "high" ? "word-L2" : "word",
    step,
    samples: 4,
    temperature: 0.6,
    topP: 0.95,
    passAt1: share,
    majority: 1,
    majorityRatio: 1,
    unansweredShare: 0,
    entropy: 0.5,
    responseLength: 10,
    levels: {},
    questions: { right: [share * 4, share * 4], majority: "11", levels: [] },
  });
  return {
    variant,
    seed,
    evaluations: [evaluation("before", 0, 0.25), evaluation("after", 5, right / 8)],
    curves: { entropy: [0.5, 0.4, 0.3, 0.2, 0.1] },
    tokens: { sampled: 1, trained: 1, evaluated: 1 },
    seconds: 1,
    commit: "abc",
  };
}

function resultOf(cells: readonly ResultCell[], definition = EXPERIMENT): ExperimentResult {
  const environment = {
    version: "0.1.0",
    commits: ["abc"],
    backend: "wasm",
    hardware: "a test",
    from: "2026-11-22",
    to: "2026-11-22",
  };
  return { definition, environment, missing: [], table: tableOf(definition, cells), cells };
}

describe("the committed result beside yours", () => {
  test("has a row for every variant, with what each side has measured", () => {
    const result = resultOf([cell("default", 0, 4), cell("default", 1, 6)]);
    const comparison = compare(EXPERIMENT, result, [cell("high", 0, 8)]);
    expect(comparison.rows.map(({ variant }) => variant)).toEqual(["default", "high"]);
    const [first, second] = comparison.rows;
    expect(first).toMatchObject({ committed: { seeds: [0, 1] }, own: null });
    expect(first?.committed?.values.map((estimate) => estimate?.mean)).toEqual([0.25, 0.625]);
    expect(second).toMatchObject({ committed: null, own: { seeds: [0] } });
    expect(second?.own?.values.map((estimate) => estimate?.mean)).toEqual([0.25, 1]);
  });

  test("finds the columns of an older result by their names", () => {
    const older = { ...EXPERIMENT, table: EXPERIMENT.table.slice(1) };
    const comparison = compare(EXPERIMENT, resultOf([cell("default", 0, 4)], older), []);
    expect(comparison.rows[0]?.committed?.values.map((estimate) => estimate?.mean ?? null)).toEqual([
      null,
      0.5,
    ]);
  });

  test("without any run has nothing to show", () => {
    const comparison = compare(EXPERIMENT, null, []);
    expect(measuredRows(comparison)).toEqual([]);
    expect(hasSource(comparison, "own")).toBe(false);
  });
});

describe("curves of an experiment", () => {
  const series = [
    { of: "evaluations", metric: "passAt1", label: "pass@1" },
    { of: "steps", metric: "entropy", label: "entropy" },
  ] as const;

  test("are a panel for each series, a variant's lines of both sides in one colour", () => {
    const comparison = compare(EXPERIMENT, resultOf([cell("high", 0, 4)]), [cell("high", 0, 8)]);
    const panels = panelsOf(EXPERIMENT, comparison, series);
    expect(panels.map(({ title, unit }) => [title, unit])).toEqual([
      ["pass@1", "share"],
      ["entropy", "nats"],
    ]);
    const lines = panels[0]!.lines;
    expect(lines.map(({ source, colour }) => [source, colour])).toEqual([
      ["committed", "var(--series-2)"],
      ["own", "var(--series-2)"],
    ]);
    expect(
      curveRows(lines).map(({ step, points }) => [step, ...Object.values(points).map(({ mean }) => mean)]),
    ).toEqual([
      [0, 0.25, 0.25],
      [5, 0.5, 1],
    ]);
  });

  test("of a single variant share one panel", () => {
    const alone = { ...EXPERIMENT, variants: EXPERIMENT.variants.slice(0, 1) };
    const [panel, ...others] = panelsOf(alone, compare(alone, null, [cell("default", 0, 8)]), series);
    expect(others).toEqual([]);
    expect(panel?.title).toBe("as it is");
    expect(panel?.lines.map(({ label, colour }) => [label, colour])).toEqual([
      ["pass@1", "var(--series-1)"],
      ["entropy", "var(--series-2)"],
    ]);
  });
});

describe("in words", () => {
  const catalogue = {
    status: "ready",
    models: [{ name: "small", title: "Small", description: "", parameters: 1 }],
    datasets: [{ file: "word.json", title: "Word problems", description: "", task: "math", questions: 2 }],
  } as const;

  test("a set-up is told by the titles of the form, an unknown model by its name", () => {
    expect(subjectText(EXPERIMENT.base, catalogue)).toBe("Small · Word problems · Steps 5");
    const [plain, high] = EXPERIMENT.variants;
    expect(variantText(plain!, catalogue)).toBe("");
    expect(variantText(high!, catalogue)).toBe("large · level L2 · Learning rate 0.01 · Schedule cosine");
  });

  test("a queue says which run is under way and, when it is over, what came of it", () => {
    const jobs = EXPERIMENT.variants.map(({ name }) => ({ variant: name, seed: 0 }));
    const failed = settle(beginNext(queueOf("rates", jobs)), { status: "failed", message: "lost" });
    const second = beginNext(failed);
    expect(underWayText(EXPERIMENT, second, jobs[1]!)).toBe("run 2 of 2, high, seed 0 · 1 failed");
    const over = settle(second, { status: "done" });
    expect(overText(over)).toBe("1 of 2 runs done, 1 failed. Run all again makes up for the rest.");
    expect(overText({ ...over, jobs: over.jobs.slice(1) })).toBe("1 run done.");
  });
});
