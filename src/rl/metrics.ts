/** What is measured: name, unit, formula and meaning of each series, and the records. Names follow the authors' logs. */
import { mean } from "../math/stats.ts";

/** How one series reads: for captions, the metrics dialog and the documentation. */
export interface MetricText {
  readonly name: string;
  readonly unit: "share" | "nats" | "tokens" | "tokens/s" | "seconds" | "";
  readonly formula: string;
  readonly meaning: string;
  /** True when it cannot be computed without the answer key. */
  readonly needsTruth: boolean;
}

const text = (
  name: string,
  unit: MetricText["unit"],
  formula: string,
  meaning: string,
  needsTruth = false,
): MetricText => ({ name, unit, formula, meaning, needsTruth });

/** Every series of a run: name, unit, formula and meaning. */
export const METRICS = {
  passAt1: text(
    "pass@1",
    "share",
    "mean over questions of (right responses / responses)",
    "How often a single sampled response is right. The number TTRL is meant to raise.",
    true,
  ),
  majAtN: text(
    "Maj@N",
    "share",
    "mean over questions of [majority answer is right]",
    "Accuracy of the majority answer among the N samples of an evaluation; the initial one is the line to beat.",
    true,
  ),
  passAtN: text(
    "pass@N",
    "share",
    "mean over questions of [any of the N responses is right]",
    "Whether the policy can still find the right answer at all; a fall means diversity is lost.",
    true,
  ),
  labelAccuracy: text(
    "label accuracy",
    "share",
    "mean over questions of [pseudo-label = truth]",
    "How many pseudo-labels are right: Maj@N of the responses just voted on.",
    true,
  ),
  rewardAccuracy: text(
    "reward accuracy",
    "share",
    "mean over responses of [vote reward = true reward]",
    "How many rewards are right. It stays high even under wrong labels, because a wrong response that disagrees with a wrong label still earns its due 0 (the paper's lucky hit).",
    true,
  ),
  groundTruthRatio: text(
    "ground-truth ratio",
    "share",
    "mean over responses of [answer = truth]",
    "pass@1 of the training samples, at the training temperature.",
    true,
  ),
  majorityRatio: text(
    "majority ratio",
    "share",
    "mean over questions of (votes for the majority / all votes)",
    "How united the votes are. It rises as the policy sharpens, right or wrong.",
  ),
  reward: text(
    "reward",
    "share",
    "mean over responses of the vote reward",
    "What the policy is trained to raise: agreement with the vote.",
  ),
  unansweredShare: text(
    "unanswered",
    "share",
    "responses without an answer / responses",
    "Responses in which no answer was found. They never win a vote and earn 0.",
  ),
  truncatedShare: text(
    "truncated",
    "share",
    "responses cut at the limit / responses",
    "Responses that did not end by themselves.",
  ),
  entropy: text(
    "entropy",
    "nats",
    "mean over tokens of -sum p log p",
    "Uncertainty of the next token while sampling; near 0 nothing is left to explore.",
  ),
  responseLength: text(
    "response length",
    "tokens",
    "mean tokens per response",
    "Length of the responses, the end token included.",
  ),
  unanimousShare: text(
    "no-signal groups",
    "share",
    "groups whose kept rewards are all equal / groups",
    "Groups that teach nothing in this step because every kept response earned the same.",
  ),
  kl: text(
    "KL to initial",
    "nats",
    "mean over tokens of exp(d) - d - 1, d = log p_initial - log p",
    "How far the policy has moved from the initial model (k3 estimator).",
  ),
  clipFraction: text(
    "clip fraction",
    "share",
    "tokens where clipping changed the loss / tokens",
    "How often the ratio left its trust region.",
  ),
  gradientNorm: text(
    "gradient norm",
    "",
    "global L2 norm before clipping",
    "Size of the update's gradient; spikes announce trouble.",
  ),
  loss: text(
    "loss",
    "",
    "clipped policy loss per sampled token",
    "What the optimizer minimises. It is not a measure of progress.",
  ),
  learningRate: text("learning rate", "", "schedule at this step", "AdamW step size of the step."),
  logprobGap: text(
    "logprob gap",
    "nats",
    "max |logprob sampled - logprob trained|",
    "Agreement of sampler and trainer before the update; above 1e-4 something is wrong.",
  ),
  sampleTokensPerSecond: text(
    "sampling speed",
    "tokens/s",
    "response tokens / seconds sampling",
    "Speed of sampling.",
  ),
  trainTokensPerSecond: text(
    "training speed",
    "tokens/s",
    "response tokens trained / seconds training",
    "Speed of training.",
  ),
  sampleSeconds: text(
    "sampling time",
    "seconds",
    "wall-clock time of sampling",
    "Time spent sampling in the step.",
  ),
  trainSeconds: text(
    "training time",
    "seconds",
    "wall-clock time of the update",
    "Time spent training in the step.",
  ),
} as const satisfies Record<string, MetricText>;

export type MetricName = keyof typeof METRICS;

/** One step of the loop. A value is null where it cannot be known (no truth, no reference model, no update). */
export interface StepMetrics {
  /** Counted from 1. */
  readonly step: number;
  readonly labelAccuracy: number | null;
  readonly rewardAccuracy: number | null;
  readonly groundTruthRatio: number | null;
  readonly passAtN: number | null;
  readonly majorityRatio: number;
  readonly reward: number;
  readonly unansweredShare: number;
  readonly truncatedShare: number;
  readonly entropy: number;
  readonly responseLength: number;
  readonly unanimousShare: number;
  readonly kl: number | null;
  readonly clipFraction: number | null;
  readonly gradientNorm: number | null;
  readonly loss: number | null;
  readonly logprobGap: number | null;
  readonly learningRate: number;
  /** Response tokens sampled in this step. */
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
}

/** One question of an evaluation. */
export interface QuestionScore {
  readonly id: string;
  readonly level: string | null;
  /** Share of right responses, or null without truth. */
  readonly passAt1: number | null;
  /** 1 when the majority answer is right. */
  readonly majority: number | null;
  readonly majorityRatio: number;
}

/** One evaluation. */
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
  readonly rewardAccuracy: number | null;
  readonly majorityRatio: number;
  readonly unansweredShare: number;
  readonly truncatedShare: number;
  readonly entropy: number;
  readonly responseLength: number;
  /** Response tokens sampled. */
  readonly sampledTokens: number;
  readonly questions: readonly QuestionScore[];
}

/** pass@1 and Maj@N of an evaluation by level, in the order the levels appear. */
export function byLevel(
  evaluation: Evaluation,
): { level: string; questions: number; passAt1: number; majAtN: number }[] {
  const levels = new Map<string, QuestionScore[]>();
  for (const score of evaluation.questions) {
    if (score.level === null || score.passAt1 === null) continue;
    levels.set(score.level, [...(levels.get(score.level) ?? []), score]);
  }
  return [...levels].map(([level, scores]) => ({
    level,
    questions: scores.length,
    passAt1: mean(scores.map((score) => score.passAt1 ?? 0)),
    majAtN: mean(scores.map((score) => score.majority ?? 0)),
  }));
}
