/** Small records of a run for tests. */
import { DEFAULT_CONFIG, type TtrlConfig } from "../rl/config.ts";
import type { Evaluation, StepMetrics } from "../rl/metrics.ts";
import type { GroupView, WorkerEvent } from "../worker/protocol.ts";
import type { RunRecord, RunSetup, StepRecord } from "./run.ts";

export function setupOf(config: Partial<TtrlConfig> = {}): RunSetup {
  return {
    model: { name: "base-64", title: "Base 64" },
    study: { name: "word", title: "Word problems", task: "math", questions: 200, answers: 200 },
    backend: "auto",
    config: { ...DEFAULT_CONFIG, ...config },
  };
}

export function metricsOf(step: number, changes: Partial<StepMetrics> = {}): StepMetrics {
  return {
    step,
    labelAccuracy: 0.5,
    rewardAccuracy: 0.75,
    groundTruthRatio: 0.25,
    passAtN: 1,
    majorityRatio: 0.5,
    reward: 0.5,
    unansweredShare: 0,
    truncatedShare: 0,
    entropy: 0.5,
    responseLength: 40,
    unanimousShare: 0,
    kl: null,
    clipFraction: 0,
    gradientNorm: 1,
    loss: 0,
    logprobGap: 0,
    learningRate: 1e-4,
    sampledTokens: 1000,
    trainedTokens: 500,
    ...changes,
  };
}

/** A step of 2 s sampling at 500 tokens/s and 1 s training. */
export function stepOf(step: number, changes: Partial<StepMetrics> = {}): StepRecord {
  const timing = { sampleSeconds: 2, trainSeconds: 1, sampleTokensPerSecond: 500, trainTokensPerSecond: 500 };
  return { metrics: metricsOf(step, changes), timing };
}

export function evaluationOf(step: number, changes: Partial<Evaluation> = {}): Evaluation {
  return {
    step,
    samples: 4,
    temperature: 0.6,
    topP: 0.95,
    passAt1: 0.25,
    majAtN: 0.5,
    passAtN: 1,
    rewardAccuracy: 0.75,
    majorityRatio: 0.5,
    unansweredShare: 0,
    truncatedShare: 0,
    entropy: 0.5,
    responseLength: 25,
    sampledTokens: 200,
    questions: [
      { id: "a", level: "L1", passAt1: 0.5, majority: 1, majorityRatio: 0.5 },
      { id: "b", level: "L2", passAt1: 0, majority: 0, majorityRatio: 0.5 },
    ],
    ...changes,
  };
}

export function recordOf(changes: Partial<RunRecord> = {}): RunRecord {
  return { runId: "r1", setup: setupOf(), steps: [], evaluations: [], votes: [], ...changes };
}

/** A vote of four: three for 6, one for 8; the truth is `truth`. */
export function groupOf(truth: string | null = "6", id = "q1"): GroupView {
  const isRight = (answer: string): boolean | null => (truth === null ? null : answer === truth);
  return {
    question: { id, prompt: `Question ${id}`, level: "L1" },
    pseudoLabel: "6",
    majorityRatio: 0.75,
    truth,
    histogram: [
      { answer: "6", votes: 3, right: isRight("6") },
      { answer: "8", votes: 1, right: isRight("8") },
    ],
    responses: ["6", "6", "6", "8"].map((answer, i) => ({
      text: `so \\boxed{${answer}}`,
      answer,
      reward: answer === "6" ? 1 : 0,
      advantage: i < 2 ? 0.5 : null,
      right: isRight(answer),
      tokens: 12,
      entropy: 0.25,
      finished: true,
    })),
  };
}

export function steppedEvent(step: number, runId = "r1"): WorkerEvent {
  return { type: "stepped", runId, ...stepOf(step), groups: [groupOf()] };
}

export const startedEvent = {
  type: "started",
  runId: "r1",
  backend: { backend: "wasm", device: "SIMD, 2 threads", reason: "No hardware WebGPU adapter." },
  model: { name: "base-64", parameters: 250_000, layers: 4, width: 64, vocabulary: 464 },
  notice: null,
} as const satisfies WorkerEvent;
