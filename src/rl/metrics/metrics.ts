/** The metrics of a run: the description of each series, and the records. Names follow the authors' logs. */
import { mean } from "../../math/stats.ts";
import type { MetricText, VariantMetricText } from "../contracts/metricText.ts";
import { ADDED_METRICS } from "../ttrlConfig.ts";
import type { VARIANTS } from "../variants/list.ts";
import type { AtK } from "./atK.ts";
import { EVALUATION_TEXTS, KEPT_TEXTS, VOTE_TEXTS } from "./voteTexts.ts";
import { UPDATE_TEXTS } from "./updateTexts.ts";

/** Metrics of steps and evaluations that no variant adds. */
const CORE_METRICS = { ...EVALUATION_TEXTS, ...VOTE_TEXTS, ...KEPT_TEXTS, ...UPDATE_TEXTS } as const;

/** The keys of all members of a union. */
type KeyOf<Union> = Union extends unknown ? keyof Union : never;

/** A metric that a variant adds. */
export type VariantMetricName = KeyOf<(typeof VARIANTS)[number]["metrics"]>;

export type MetricName = keyof typeof CORE_METRICS | VariantMetricName;

/** The metrics that variants add, with their charts. */
export const VARIANT_METRICS = ADDED_METRICS as Readonly<Record<VariantMetricName, VariantMetricText>>; // of the same list

/** The names of the metrics that variants add. */
export const VARIANT_METRIC_NAMES = Object.keys(VARIANT_METRICS) as VariantMetricName[]; // keys of a table without others

/** Every series of a run: name, unit, formula and meaning. */
export const METRICS: Readonly<Record<MetricName, MetricText>> = { ...CORE_METRICS, ...VARIANT_METRICS };

/**
 * One step of the loop. A value is null where it cannot be known (no answer key, no reference model, no update, a variant
 * that is off); the optional ones are absent from runs recorded before they were measured.
 */
export interface StepMetrics extends Partial<Record<VariantMetricName, number | null>> {
  /** Counted from 1. */
  readonly step: number;
  readonly labelAccuracy: number | null;
  readonly rewardAccuracy: number | null;
  readonly groundTruthRatio: number | null;
  readonly passAtN: number | null;
  readonly ungradedShare?: number | null;
  readonly majorityRatio: number;
  readonly reward: number;
  readonly voteEntropy?: number;
  /** Null when no question of the step was asked before. */
  readonly flipRate?: number | null;
  readonly unansweredShare: number;
  readonly truncatedShare: number;
  readonly entropy: number;
  readonly responseLength: number;
  readonly responseLengthMin?: number;
  readonly responseLengthMax?: number;
  /** Of the responses kept for training, like all that begin with "post". */
  readonly postRewardAccuracy?: number | null;
  readonly postGroundTruthRatio?: number | null;
  readonly postPassAtN?: number | null;
  readonly postReward?: number;
  readonly postRewardMin?: number;
  readonly postRewardMax?: number;
  readonly postEntropy?: number;
  readonly postResponseLength?: number;
  readonly postResponseLengthMin?: number;
  readonly postResponseLengthMax?: number;
  readonly postTruncatedShare?: number;
  /** Null where the policy does not report its prompts' tokens. */
  readonly promptLength?: number | null;
  readonly promptLengthMin?: number | null;
  readonly promptLengthMax?: number | null;
  readonly batchTokens?: number | null;
  /** Mean over tokens; extremes over responses. */
  readonly advantageMean?: number;
  readonly advantageMin?: number;
  readonly advantageMax?: number;
  readonly unanimousShare: number;
  readonly kl: number | null;
  readonly clipFraction: number | null;
  readonly clipFractionLow?: number | null;
  readonly gradientNorm: number | null;
  readonly loss: number | null;
  readonly logprobGap: number | null;
  readonly oldKl?: number | null;
  readonly learningRate: number;
  /** Response tokens sampled in this step, including a teacher's, greedy baselines', and in the first step the initial votes'. */
  readonly sampledTokens: number;
  /** Response tokens trained on in this step. */
  readonly trainedTokens: number;
}

/** Wall-clock of a step. Kept apart from `StepMetrics`, which are the same bit for bit whenever a run is repeated. */
export interface StepTiming {
  readonly sampleSeconds: number;
  readonly trainSeconds: number;
  readonly sampleTokensPerSecond: number;
  readonly trainTokensPerSecond: number;
  /** The others are absent from runs recorded before they were measured. */
  readonly judgeSeconds?: number;
  readonly stepSeconds?: number;
  readonly sampleMsPerToken?: number;
  /** Null where nothing was trained on. */
  readonly trainMsPerToken?: number | null;
  readonly batchTokensPerSecond?: number | null;
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
