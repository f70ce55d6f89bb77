/** Settings of the loop and of sampling. */
import { integer, real } from "./field.ts";

/** In the order a form shows them. */
export const SAMPLING_FIELDS = {
  steps: integer(
    { group: "Loop", label: "Steps", default: 100, bounds: [1, 100_000], unit: "steps" },
    "Number of sample-vote-update steps.",
  ),
  questionsPerStep: integer(
    { group: "Loop", label: "Questions per step", default: 16, bounds: [1, 1024], unit: "questions" },
    "Questions drawn, without replacement within an epoch, for each step.",
  ),
  votesPerQuestion: integer(
    { group: "Loop", label: "Votes per question", default: 64, bounds: [1, 1024], unit: "responses" },
    "Responses sampled for the majority vote; more votes give a more reliable pseudo-label (paper: 64).",
  ),
  rolloutsPerQuestion: integer(
    { group: "Loop", label: "Rollouts per question", default: 32, bounds: [1, 1024], unit: "responses" },
    "Votes kept for training, the first ones sampled (paper: 32).",
  ),
  seed: integer(
    { group: "Loop", label: "Seed", default: 0, bounds: [0, 2 ** 31 - 1] },
    "Same seed, same backend: same run.",
  ),
  temperature: real(
    { group: "Sampling", label: "Temperature", default: 1, bounds: [0.05, 4] },
    "Softmax temperature of the votes; lower makes them agree more and hides alternatives (paper: 1.0, or 0.6 for instruct models).",
  ),
  topP: real(
    { group: "Sampling", label: "Top-p", default: 1, bounds: [0.05, 1] },
    "Votes are drawn from the smallest set of tokens with this probability.",
  ),
  maxResponseTokens: integer(
    { group: "Sampling", label: "Longest response", default: 112, bounds: [1, 4096], unit: "tokens" },
    "Maximum tokens of a response; a truncated one may still contain an answer.",
  ),
} as const;
