/** Settings of the optimizer and of evaluations. */
import { choice, integer, real } from "./field.ts";

/** In the order a form shows them. */
export const OPTIMIZER_FIELDS = {
  learningRate: real(
    { group: "Optimizer", label: "Learning rate", default: 1e-4, bounds: [1e-8, 0.1] },
    "Peak AdamW learning rate. Too high, and the policy locks onto wrong votes within a few steps. LoRA needs about ten times as much.",
  ),
  warmupSteps: integer(
    { group: "Optimizer", label: "Warm-up", default: 5, bounds: [0, 10_000], unit: "steps" },
    "The learning rate rises linearly over these steps.",
  ),
  schedule: choice(
    { group: "Optimizer", label: "Schedule", choices: ["constant", "cosine"] },
    "Learning rate after warm-up: constant, or a half cosine that reaches 0 just after the last step.",
  ),
  gradientClip: real(
    { group: "Optimizer", label: "Gradient clip", default: 1, bounds: [0.001, 1000] },
    "Maximum global gradient norm; larger gradients are scaled down to it.",
  ),
  beta1: real(
    { group: "Optimizer", label: "Beta 1", default: 0.9, bounds: [0, 0.9999] },
    "AdamW's decay of the first moment.",
  ),
  beta2: real(
    { group: "Optimizer", label: "Beta 2", default: 0.99, bounds: [0, 0.99999] },
    "AdamW's decay of the second moment.",
  ),
  weightDecay: real(
    { group: "Optimizer", label: "Weight decay", default: 0, bounds: [0, 1] },
    "AdamW's decoupled weight decay.",
  ),
} as const;

/** In the order a form shows them. */
export const EVALUATION_FIELDS = {
  evaluateEvery: integer(
    { group: "Evaluation", label: "Evaluate every", default: 10, bounds: [1, 100_000], unit: "steps" },
    "Steps between evaluations.",
  ),
  evaluationQuestions: integer(
    { group: "Evaluation", label: "Questions", default: 200, bounds: [1, 100_000], unit: "questions" },
    "Questions per evaluation, spread evenly over the data set.",
  ),
  evaluationSamples: integer(
    { group: "Evaluation", label: "Samples", default: 16, bounds: [1, 1024], unit: "responses" },
    "Responses per question in an evaluation (paper: 16).",
  ),
  initialSamples: integer(
    {
      group: "Evaluation",
      label: "Initial and final samples",
      default: 64,
      bounds: [1, 1024],
      unit: "responses",
    },
    "Responses per question before the first and after the last step: the initial Maj@N is the line to beat.",
  ),
  evaluationTemperature: real(
    { group: "Evaluation", label: "Temperature", default: 0.6, bounds: [0, 4] },
    "Temperature of evaluation samples (paper: 0.6).",
  ),
  evaluationTopP: real(
    { group: "Evaluation", label: "Top-p", default: 0.95, bounds: [0.05, 1] },
    "Top-p of evaluation samples (paper: 0.95).",
  ),
} as const;
