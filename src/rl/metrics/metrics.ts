/** The metrics of a run: the description of each series, and the records. Names follow the authors' logs. */
import { mean } from "../../math/stats.ts";
import { ofTruth, type MetricText, type VariantMetricText } from "../contracts/metricText.ts";
import { ADDED_METRICS } from "../ttrlConfig.ts";
import type { VARIANTS } from "../variants/list.ts";
import type { AtK } from "./atK.ts";
import { STEP_TEXTS, TIMING_TEXTS } from "./metricTexts.ts";

/** Descriptions of what only evaluations measure. */
const EVALUATION_TEXTS = {
  passAt1: ofTruth(
    { name: "pass@1", logged: "val-core/<data set>/acc/mean@N, val-ttrl/ground_truth_ratio" },
    "mean over questions of (right responses / responses)",
    "How often a single sampled response is right. The number TTRL is meant to raise.",
  ),
  majAtN: ofTruth(
    { name: "Maj@N", logged: "val-ttrl/label_accuracy" },
    "mean over questions of [majority answer is right]",
    "Accuracy of the majority answer among the N samples of an evaluation; the initial one is the line to beat.",
  ),
  stdAtN: ofTruth(
    { name: "std@N", logged: "val-aux/<data set>/acc/std@N" },
    "mean over questions of sqrt(p (1 - p)), p = right responses / responses",
    "How much correctness varies among the N responses to one question: 0 when all or none are right, at most 0.5.",
  ),
  passAtK: ofTruth(
    { name: "pass@k" },
    "mean over questions of 1 - C(N - c, k) / C(N, k), c of N responses right",
    "Unbiased probability that k responses contain a right one; for k = 2, 4, 8, ... up to N.",
  ),
  bestAtK: ofTruth(
    { name: "best@k", logged: "val-aux/<data set>/acc/best@k/mean" },
    "mean over 1000 draws of k of the N responses with replacement of [any is right]",
    "The best of k responses, as a perfect judge would choose. Below pass@k, because a draw may repeat a response.",
  ),
  worstAtK: ofTruth(
    { name: "worst@k", logged: "val-aux/<data set>/acc/worst@k/mean" },
    "mean over 1000 draws of k of the N responses with replacement of [all are right]",
    "The worst of k responses: how reliable every single one is.",
  ),
  majAtK: ofTruth(
    { name: "maj@k", logged: "val-aux/<data set>/acc/maj@k/mean" },
    "mean over 1000 draws of k of the N responses with replacement of [majority answer of the draw is right]",
    "Accuracy of a vote among only k responses; ties go to the answer drawn first, a missing answer never wins.",
  ),
} as const satisfies Record<string, MetricText>;

/** Metrics of steps and evaluations that no variant adds. */
const CORE_METRICS = { ...EVALUATION_TEXTS, ...STEP_TEXTS, ...TIMING_TEXTS } as const;

/** The keys of all members of a union. */
type KeyOf<Union> = Union extends unknown ? keyof Union : never;

/** A metric that a variant adds. */
export type VariantMetricName = KeyOf<(typeof VARIANTS)[number]["metrics"]>;

export type MetricName = keyof typeof CORE_METRICS | VariantMetricName;

/** The metrics that variants add, with their charts. */
export const VARIANT_METRICS = ADDED_METRICS as Readonly<Record<VariantMetricName, VariantMetricText>>; // of the same list

/** The names of the metrics that variants add. */
export const VARIANT_METRIC_NAMES = namesOf(VARIANT_METRICS);

/** Every series of a run: name, unit, formula and meaning. */
export const METRICS: Readonly<Record<MetricName, MetricText>> = { ...CORE_METRICS, ...VARIANT_METRICS };

/** Counts of response tokens: sampled by policy, teacher, greedy baselines and, in the first step, initial votes; and trained on. */
const TOKEN_COUNTS = ["sampledTokens", "trainedTokens"] as const;

type StepMetricName = keyof typeof STEP_TEXTS | (typeof TOKEN_COUNTS)[number] | VariantMetricName;

/** Metrics that every step has. */
type Known =
  | ("majorityRatio" | "reward" | "unansweredShare" | "truncatedShare" | "entropy" | "responseLength")
  | ("unanimousShare" | "learningRate" | (typeof TOKEN_COUNTS)[number]);

/** Metrics that every step has where there are an answer key, a reference model, an update. */
type Nullable =
  | ("labelAccuracy" | "rewardAccuracy" | "groundTruthRatio" | "passAtN")
  | ("kl" | "clipFraction" | "gradientNorm" | "loss" | "logprobGap");

/**
 * One step of the loop, counted from 1. A value is null where it cannot be known; the optional ones are absent from runs
 * recorded before they were measured.
 */
export type StepMetrics = Readonly<
  Record<"step" | Known, number> &
    Record<Nullable, number | null> &
    Partial<Record<Exclude<StepMetricName, Known | Nullable>, number | null>>
>;

/** The names of a step's metrics. Variants' follow the core's, so that a new variant moves no other column of a file. */
export const STEP_METRIC_NAMES: readonly StepMetricName[] = [
  ...namesOf(STEP_TEXTS),
  ...TOKEN_COUNTS,
  ...VARIANT_METRIC_NAMES,
];

type FirstTiming = "sampleSeconds" | "trainSeconds" | "sampleTokensPerSecond" | "trainTokensPerSecond";

/** Wall-clock of a step. Kept apart from `StepMetrics`, which are the same bit for bit whenever a run is repeated. */
export type StepTiming = Readonly<
  Record<FirstTiming, number> &
    Partial<Record<Exclude<keyof typeof TIMING_TEXTS, FirstTiming>, number | null>>
>;

export const TIMING_NAMES = namesOf(TIMING_TEXTS);

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(table) as Name[]; // of a literal, which has no others
}

/** One question of an evaluation. */
export interface QuestionScore {
  readonly id: string;
  readonly level: string | null;
  /** Share of right responses among those graded; null without ground truth. */
  readonly passAt1: number | null;
  /** 1 when the majority answer is right; null without ground truth or when undecided. */
  readonly majority: number | null;
  readonly majorityRatio: number;
}

/** One evaluation; the optional values are absent from runs recorded before they were measured. */
export interface Evaluation {
  /** Steps trained before it; 0 is the initial model. */
  readonly step: number;
  /** Responses per question. */
  readonly samples: number;
  readonly temperature: number;
  readonly topP: number;
  readonly passAt1: number | null;
  readonly majAtN: number | null;
  readonly passAtN: number | null;
  readonly stdAtN?: number | null;
  readonly ungradedShare?: number | null;
  readonly rewardAccuracy: number | null;
  readonly majorityRatio: number;
  readonly reward?: number;
  readonly voteEntropy?: number;
  readonly unansweredShare: number;
  readonly truncatedShare: number;
  readonly entropy: number;
  readonly responseLength: number;
  readonly responseLengthMin?: number;
  readonly responseLengthMax?: number;
  /** For k = 2, 4, 8, ... up to `samples`; none without ground truth. */
  readonly atK?: readonly AtK[];
  /** Response tokens sampled. */
  readonly sampledTokens: number;
  readonly questions: readonly QuestionScore[];
}

/** Returns pass@1 and Maj@N of an evaluation by level, in order of appearance, over the questions that have both. */
export function byLevel(
  evaluation: Evaluation,
): { level: string; questions: number; passAt1: number; majAtN: number }[] {
  const levels = new Map<string, { readonly passAt1: number; readonly majority: number }[]>();
  for (const { level, passAt1, majority } of evaluation.questions) {
    if (level === null || passAt1 === null || majority === null) continue;
    levels.set(level, [...(levels.get(level) ?? []), { passAt1, majority }]);
  }
  return [...levels].map(([level, scores]) => ({
    level,
    questions: scores.length,
    passAt1: mean(scores.map(({ passAt1 }) => passAt1)),
    majAtN: mean(scores.map(({ majority }) => majority)),
  }));
}
