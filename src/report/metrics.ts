/** A run's numbers as files: a table for spreadsheets, and everything for programs. */
import { toCsv, type CsvValue } from "../formats/csv.ts";
import {
  VARIANT_METRIC_NAMES,
  type Evaluation,
  type StepMetrics,
  type StepTiming,
  type VariantMetricName,
} from "../rl/metrics/metrics.ts";
import type { RunReport } from "./record.ts";

// Tables and not lists: a field that is left out does not compile.

const CORE_STEP_FIELDS = namesOf({
  labelAccuracy: true,
  rewardAccuracy: true,
  groundTruthRatio: true,
  passAtN: true,
  ungradedShare: true,
  majorityRatio: true,
  reward: true,
  voteEntropy: true,
  flipRate: true,
  unansweredShare: true,
  truncatedShare: true,
  entropy: true,
  responseLength: true,
  responseLengthMin: true,
  responseLengthMax: true,
  postRewardAccuracy: true,
  postGroundTruthRatio: true,
  postPassAtN: true,
  postReward: true,
  postRewardMin: true,
  postRewardMax: true,
  postEntropy: true,
  postResponseLength: true,
  postResponseLengthMin: true,
  postResponseLengthMax: true,
  postTruncatedShare: true,
  promptLength: true,
  promptLengthMin: true,
  promptLengthMax: true,
  batchTokens: true,
  advantageMean: true,
  advantageMin: true,
  advantageMax: true,
  unanimousShare: true,
  kl: true,
  clipFraction: true,
  clipFractionLow: true,
  gradientNorm: true,
  loss: true,
  logprobGap: true,
  oldKl: true,
  learningRate: true,
  sampledTokens: true,
  trainedTokens: true,
} satisfies Record<Exclude<keyof StepMetrics, "step" | VariantMetricName>, true>);

/** Variants' metrics follow the core's, so that a new variant moves no other column. */
const STEP_FIELDS = [...CORE_STEP_FIELDS, ...VARIANT_METRIC_NAMES];

const TIMING_FIELDS = namesOf({
  sampleSeconds: true,
  trainSeconds: true,
  sampleTokensPerSecond: true,
  trainTokensPerSecond: true,
  judgeSeconds: true,
  stepSeconds: true,
  sampleMsPerToken: true,
  trainMsPerToken: true,
  batchTokensPerSecond: true,
} satisfies Record<keyof StepTiming, true>);

const EVALUATION_FIELDS = namesOf({
  samples: true,
  temperature: true,
  topP: true,
  passAt1: true,
  majAtN: true,
  passAtN: true,
  stdAtN: true,
  ungradedShare: true,
  rewardAccuracy: true,
  majorityRatio: true,
  reward: true,
  voteEntropy: true,
  unansweredShare: true,
  truncatedShare: true,
  entropy: true,
  responseLength: true,
  responseLengthMin: true,
  responseLengthMax: true,
  sampledTokens: true,
} satisfies Record<Exclude<keyof Evaluation, "step" | "atK" | "questions">, true>);

function namesOf<Name extends string>(table: Readonly<Record<Name, true>>): Name[] {
  return Object.keys(table) as Name[]; // of a literal above, which has no others
}

/** metrics.csv: one row a step, 0 being the initial model; evaluations in columns of their own; empty where unknown. */
export function metricsCsv({ steps, evaluations }: RunReport): string {
  const stepAt = new Map(steps.map((record) => [record.metrics.step, record]));
  const evaluationAt = new Map(evaluations.map((evaluation) => [evaluation.step, evaluation]));
  const numbers = [...new Set([...stepAt.keys(), ...evaluationAt.keys()])].sort((a, b) => a - b);
  return toCsv(
    numbers.map((step) => ({
      step,
      ...cells(STEP_FIELDS, stepAt.get(step)?.metrics),
      ...cells(TIMING_FIELDS, stepAt.get(step)?.timing),
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
      metrics: { step: metrics.step, ...cells(STEP_FIELDS, metrics) },
      timing: cells(TIMING_FIELDS, timing),
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
