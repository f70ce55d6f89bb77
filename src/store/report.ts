/** A run's numbers as files: a table for spreadsheets, and everything for programs. */
import type { Evaluation, StepMetrics, StepTiming } from "../rl/metrics.ts";
import type { RunRecord } from "./run.ts";

const STEP_COLUMNS = [
  "labelAccuracy",
  "rewardAccuracy",
  "groundTruthRatio",
  "passAtN",
  "majorityRatio",
  "reward",
  "unansweredShare",
  "truncatedShare",
  "entropy",
  "responseLength",
  "unanimousShare",
  "kl",
  "clipFraction",
  "gradientNorm",
  "loss",
  "logprobGap",
  "learningRate",
  "sampledTokens",
  "trainedTokens",
] as const satisfies readonly (keyof StepMetrics)[];

const TIMING_COLUMNS = [
  "sampleSeconds",
  "trainSeconds",
  "sampleTokensPerSecond",
  "trainTokensPerSecond",
] as const satisfies readonly (keyof StepTiming)[];

const EVALUATION_COLUMNS = [
  "samples",
  "passAt1",
  "majAtN",
  "passAtN",
  "rewardAccuracy",
  "majorityRatio",
  "unansweredShare",
  "truncatedShare",
  "entropy",
  "responseLength",
] as const satisfies readonly (keyof Evaluation)[];

/** One row a step, 0 being the initial model; evaluations in columns of their own; empty where nothing is known. */
export function metricsCsv({ steps, evaluations }: RunRecord): string {
  const stepAt = new Map(steps.map((record) => [record.metrics.step, record]));
  const evaluationAt = new Map(evaluations.map((evaluation) => [evaluation.step, evaluation]));
  const numbers = [...new Set([...stepAt.keys(), ...evaluationAt.keys()])].sort((a, b) => a - b);
  const header = [
    "step",
    ...STEP_COLUMNS,
    ...TIMING_COLUMNS,
    ...EVALUATION_COLUMNS.map((name) => `evaluation_${name}`),
  ];
  const rows = numbers.map((number) => {
    const step = stepAt.get(number);
    const evaluation = evaluationAt.get(number);
    return [
      number,
      ...STEP_COLUMNS.map((name) => step?.metrics[name]),
      ...TIMING_COLUMNS.map((name) => step?.timing[name]),
      ...EVALUATION_COLUMNS.map((name) => evaluation?.[name]),
    ];
  });
  return [header, ...rows].map((cells) => `${cells.map((cell) => cell ?? "").join(",")}\n`).join("");
}

/** Everything the run reported but the votes: set-up, steps with timing, evaluations question by question. */
export function metricsJson({ setup, steps, evaluations }: RunRecord): string {
  return `${JSON.stringify({ setup, steps, evaluations }, null, 2)}\n`;
}
