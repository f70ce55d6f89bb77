/** A run's numbers as files: a table for spreadsheets, and everything for programs. */
import { toCsv, type CsvValue } from "../formats/csv.ts";
import { STEP_METRIC_NAMES, TIMING_NAMES, type Evaluation } from "../rl/metrics/metrics.ts";
import type { RunDescription, RunReport } from "./record.ts";

const EVALUATION_FIELDS = [
  "samples",
  "temperature",
  "topP",
  "passAt1",
  "majAtN",
  "passAtN",
  "stdAtN",
  "ungradedShare",
  "rewardAccuracy",
  "majorityRatio",
  "reward",
  "voteEntropy",
  "unansweredShare",
  "truncatedShare",
  "entropy",
  "responseLength",
  "responseLengthMin",
  "responseLengthMax",
  "sampledTokens",
] as const satisfies (keyof Evaluation)[];

/** Returns the run's own files in the folder of its trained model, by name. */
export function reportFiles(report: RunReport): ReadonlyMap<string, string> {
  return new Map([
    ["run.json", runJson(report.run)],
    ["metrics.csv", metricsCsv(report)],
    ["metrics.json", metricsJson(report)],
  ]);
}

/** run.json: the settings of the run, enough to repeat it. */
export function runJson(run: RunDescription): string {
  return `${JSON.stringify(run, null, 2)}\n`;
}

/** metrics.csv: one row a step, 0 being the initial model; evaluations in columns of their own; empty where unknown. */
export function metricsCsv({ steps, evaluations }: RunReport): string {
  const stepAt = new Map(steps.map((record) => [record.metrics.step, record]));
  const evaluationAt = new Map(evaluations.map((evaluation) => [evaluation.step, evaluation]));
  const numbers = [...new Set([...stepAt.keys(), ...evaluationAt.keys()])].sort((a, b) => a - b);
  return toCsv(
    numbers.map((step) => ({
      step,
      ...cells(STEP_METRIC_NAMES, stepAt.get(step)?.metrics),
      ...cells(TIMING_NAMES, stepAt.get(step)?.timing),
      ...cells(EVALUATION_FIELDS, evaluationAt.get(step), "evaluation_"),
      ...cellsAtK(evaluationAt.get(step)),
    })),
  );
}

/** metrics.json: the run, its steps with their wall-clock apart, its evaluations question by question. */
export function metricsJson({ run, steps, evaluations }: RunReport): string {
  const report = {
    run,
    steps: steps.map(({ metrics, timing }) => ({
      metrics: { step: metrics.step, ...cells(STEP_METRIC_NAMES, metrics) },
      timing: cells(TIMING_NAMES, timing),
    })),
    evaluations: evaluations.map((evaluation) => ({
      step: evaluation.step,
      ...cells(EVALUATION_FIELDS, evaluation),
      atK: evaluation.atK,
      questions: evaluation.questions,
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Some fields of a record by name, and nothing else that it may carry; undefined where there is no record. */
function cells<Name extends string>(
  names: readonly Name[],
  record: Readonly<Partial<Record<Name, CsvValue>>> | undefined,
  prefix = "",
): Record<string, CsvValue> {
  return Object.fromEntries(names.map((name) => [prefix + name, record?.[name]]));
}

/** Metrics at k, in columns of their own for each k: evaluation_pass@2, evaluation_best@2, ... */
function cellsAtK(evaluation: Evaluation | undefined): Record<string, CsvValue> {
  const figures = evaluation?.atK ?? [];
  return Object.fromEntries(
    figures.flatMap(({ k, ...figure }) =>
      Object.entries(figure).map(([name, value]) => [`evaluation_${name}@${k}`, value]),
    ),
  );
}
