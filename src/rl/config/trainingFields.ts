/** Settings of the optimizer and of evaluations. */
import { choice, integer, real } from "./field.ts";

/** In the order a form shows them. */
export const OPTIMIZER_FIELDS = {
  learningRate: real(
    "Optimizer",
    "Learning rate",
    1e-4,
    [1e-8, 0.1],
    "",
    "Peak AdamW learning rate. Too high, and the policy locks onto wrong votes within a few steps. LoRA needs about ten times as much.",
  ),
  warmupSteps: integer(
    "Optimizer",
    "Warm-up",
    5,
    [0, 10_000],
    "steps",
    "The learning rate rises linearly over these steps.",
  ),
  schedule: choice(
    "Optimizer",
    "Schedule",
    ["constant", "cosine"],
    "Learning rate after warm-up: constant, or a half cosine that reaches 0 just after the last step.",
  ),
  gradientClip: real(
    "Optimizer",
    "Gradient clip",
    1,
    [0.001, 1000],
    "",
    "Maximum global gradient norm; larger gradients are scaled down to it.",
  ),
  beta1: real("Optimizer", "Beta 1", 0.9, [0, 0.9999], "", "AdamW's decay of the first moment."),
  beta2: real("Optimizer", "Beta 2", 0.99, [0, 0.99999], "", "AdamW's decay of the second moment."),
  weightDecay: real("Optimizer", "Weight decay", 0, [0, 1], "", "AdamW's decoupled weight decay."),
} as const;

/** In the order a form shows them. */
export const EVALUATION_FIELDS = {
  evaluateEvery: integer(
    "Evaluation",
    "Evaluate every",
    10,
    [1, 100_000],
    "steps",
    "Steps between evaluations.",
  ),
  evaluationQuestions: integer(
    "Evaluation",
    "Questions",
    200,
    [1, 100_000],
    "questions",
    "Questions per evaluation, spread evenly over the data set.",
  ),
  evaluationSamples: integer(
    "Evaluation",
    "Samples",
    16,
    [1, 1024],
    "responses",
    "Responses per question in an evaluation (paper: 16).",
  ),
  initialSamples: integer(
    "Evaluation",
    "Initial and final samples",
    64,
    [1, 1024],
    "responses",
    "Responses per question before the first and after the last step: the initial Maj@N is the line to beat.",
  ),
  evaluationTemperature: real(
    "Evaluation",
    "Temperature",
    0.6,
    [0, 4],
    "",
    "Temperature of evaluation samples (paper: 0.6).",
  ),
  evaluationTopP: real(
    "Evaluation",
    "Top-p",
    0.95,
    [0.05, 1],
    "",
    "Top-p of evaluation samples (paper: 0.95).",
  ),
} as const;
