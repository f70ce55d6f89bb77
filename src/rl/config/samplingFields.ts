/** Settings of the loop and of sampling. */
import { integer, real } from "./field.ts";

/** In the order a form shows them. */
export const SAMPLING_FIELDS = {
  steps: integer("Loop", "Steps", 100, [1, 100_000], "steps", "Number of sample-vote-update steps."),
  questionsPerStep: integer(
    "Loop",
    "Questions per step",
    16,
    [1, 1024],
    "questions",
    "Questions drawn, without replacement within an epoch, for each step.",
  ),
  votesPerQuestion: integer(
    "Loop",
    "Votes per question",
    64,
    [1, 1024],
    "responses",
    "Responses sampled for the majority vote; more votes give a more reliable pseudo-label (paper: 64).",
  ),
  rolloutsPerQuestion: integer(
    "Loop",
    "Rollouts per question",
    32,
    [1, 1024],
    "responses",
    "Votes kept for training, the first ones sampled (paper: 32).",
  ),
  seed: integer("Loop", "Seed", 0, [0, 2 ** 31 - 1], "", "Same seed, same backend: same run."),
  temperature: real(
    "Sampling",
    "Temperature",
    1,
    [0.05, 4],
    "",
    "Softmax temperature of the votes; lower makes them agree more and hides alternatives (paper: 1.0, or 0.6 for instruct models).",
  ),
  topP: real(
    "Sampling",
    "Top-p",
    1,
    [0.05, 1],
    "",
    "Votes are drawn from the smallest set of tokens with this probability.",
  ),
  maxResponseTokens: integer(
    "Sampling",
    "Longest response",
    112,
    [1, 4096],
    "tokens",
    "Maximum tokens of a response; a truncated one may still contain an answer.",
  ),
} as const;
