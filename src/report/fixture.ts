/** Small records of a run for tests. */
import { mean } from "../math/stats.ts";
import { DEFAULT_CONFIG, type TtrlConfig } from "../rl/ttrlConfig.ts";
import type { Evaluation, StepMetrics } from "../rl/metrics/metrics.ts";
import type { RunDescription, StepRecord } from "./record.ts";

export function describedRun(config: TtrlConfig = DEFAULT_CONFIG): RunDescription {
  const backend = {
    backend: "cpu",
    device: "plain JavaScript",
    reason: "asked for",
    path: "TensorFlow.js operations",
    pathReason: "recorded graphs need WebGPU",
    tuning: [],
  } as const;
  return { model: "tiny", dataset: "Word problems", backend, config };
}

export function metricsOf(step: number, changes: Partial<StepMetrics> = {}): Required<StepMetrics> {
  return {
    step,
    labelAccuracy: 0.5,
    rewardAccuracy: 0.75,
    groundTruthRatio: 0.25,
    passAtN: 1,
    ungradedShare: 0,
    majorityRatio: 0.5,
    reward: 0.5,
    voteEntropy: 0.75,
    flipRate: 0.125,
    unansweredShare: 0,
    truncatedShare: 0,
    entropy: 0.5,
    responseLength: 40,
    responseLengthMin: 20,
    responseLengthMax: 60,
    postRewardAccuracy: 0.75,
    postGroundTruthRatio: 0.25,
    postPassAtN: 1,
    postReward: 0.5,
    postRewardMin: 0,
    postRewardMax: 1,
    postEntropy: 0.5,
    postResponseLength: 40,
    postResponseLengthMin: 20,
    postResponseLengthMax: 60,
    postTruncatedShare: 0,
    promptLength: 20,
    promptLengthMin: 10,
    promptLengthMax: 30,
    batchTokens: 750,
    advantageMean: 0,
    advantageMin: -1,
    advantageMax: 1,
    unanimousShare: 0,
    savedVotes: null,
    teacherAgreement: null,
    novelty: null,
    kl: null,
    clipFraction: 0,
    clipFractionLow: 0,
    gradientNorm: 1,
    loss: 0,
    logprobGap: 0,
    oldKl: 0,
    valueMean: null,
    valueExplainedVariance: null,
    valueLoss: null,
    valueClipFraction: null,
    criticGradientNorm: null,
    processReward: null,
    rewardModelAccuracy: null,
    rewardModelLoss: null,
    rewardModelGradientNorm: null,
    learningRate: 1e-4,
    sampledTokens: 1000,
    trainedTokens: 500,
    ...changes,
  };
}

/** A step of 2 s sampling at 500 tokens/s and 1 s training. */
export function stepOf(step: number, changes: Partial<StepMetrics> = {}): StepRecord {
  const speeds = {
    sampleTokensPerSecond: 500,
    trainTokensPerSecond: 500,
    sampleMsPerToken: 2,
    trainMsPerToken: 2,
  };
  const whole = { judgeSeconds: 0, stepSeconds: 3, batchTokensPerSecond: 250 };
  const timing = { sampleSeconds: 2, trainSeconds: 1, ...speeds, ...whole };
  return { metrics: metricsOf(step, changes), timing };
}

export function evaluationOf(step: number, changes: Partial<Evaluation> = {}): Required<Evaluation> {
  return {
    step,
    samples: 4,
    temperature: 0.6,
    topP: 0.95,
    passAt1: 0.25,
    majAtN: 0.5,
    passAtN: 1,
    ungradedShare: 0,
    stdAtN: 0.25,
    rewardAccuracy: 0.75,
    majorityRatio: 0.5,
    reward: 0.5,
    voteEntropy: 0.5,
    unansweredShare: 0,
    truncatedShare: 0,
    entropy: 0.5,
    responseLength: 25,
    responseLengthMin: 10,
    responseLengthMax: 40,
    atK: [
      { k: 2, pass: 0.75, best: 0.7, worst: 0.1, maj: 0.3 },
      { k: 4, pass: 1, best: 0.9, worst: 0, maj: 0.4 },
    ],
    sampledTokens: 200,
    questions: [
      { id: "a", level: "L1", passAt1: 0.5, majority: 1, majorityRatio: 0.5 },
      { id: "b", level: "L2", passAt1: 0, majority: 0, majorityRatio: 0.5 },
    ],
    ...changes,
  };
}

/** An evaluation of some questions with these shares of right responses, the first two of them of level L1. */
export function evaluationFrom(step: number, passAt1: readonly (number | null)[]): Evaluation {
  const questions = passAt1.map((value, i) => ({
    id: `q${i}`,
    level: i < 2 ? "L1" : "L2",
    passAt1: value,
    majority: value === null ? null : Math.round(value),
    majorityRatio: 0.5,
  }));
  const known = passAt1.filter((value) => value !== null);
  const share = known.length === 0 ? null : mean(known);
  return evaluationOf(step, { passAt1: share, majAtN: share, sampledTokens: 100, questions });
}
