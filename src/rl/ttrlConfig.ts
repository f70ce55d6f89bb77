/** Every hyperparameter of a run: type, default, bounds, unit and meaning, stated once. The form and the CLI read this table. */
import { ADAPTER_FIELDS, adapterProblems, type AdapterFieldsConfig } from "./config/adapterFields.ts";
import { COMPANION_FIELDS, companionProblems, type CompanionConfig } from "./config/companionFields.ts";
import { choice, integer, real, type ConfigField } from "./config/configField.ts";
import type { KlEstimator } from "./contracts/policy.ts";
import { PAPER_FIELDS, type PaperConfig } from "./config/paperFields.ts";
import { remedyProblems, TRUST_FIELDS, VOTER_FIELDS, type RemedyConfig } from "./config/remedyFields.ts";
import { REWARD_FIELDS, type RewardConfig } from "./config/rewardFields.ts";
import { UPDATE_FIELDS } from "./config/updateFields.ts";

export type { ChoiceField, ConfigField, NumberField } from "./config/configField.ts";
export type { AdvantageShaping, LabelSource, Voting } from "./config/rewardFields.ts";

/** A run's hyperparameters. */
export interface TtrlConfig
  extends RewardConfig, RemedyConfig, CompanionConfig, PaperConfig, AdapterFieldsConfig {
  readonly seed: number;
  readonly steps: number;
  readonly questionsPerStep: number;
  readonly votesPerQuestion: number;
  readonly rolloutsPerQuestion: number;
  readonly temperature: number;
  readonly topP: number;
  readonly maxResponseTokens: number;
  readonly advantage: AdvantageEstimator;
  readonly aggregation: Aggregation;
  readonly updatesPerStep: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly schedule: Schedule;
  readonly clipRange: number;
  readonly clipHigh: number;
  readonly dualClip: number;
  readonly klCoefficient: number;
  readonly klEstimator: KlEstimator;
  readonly klPlace: KlPlace;
  readonly entropyCoefficient: number;
  readonly gradientClip: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
  readonly evaluateEvery: number;
  readonly evaluationQuestions: number;
  readonly evaluationSamples: number;
  readonly initialSamples: number;
  readonly evaluationTemperature: number;
  readonly evaluationTopP: number;
}

/** How rewards become advantages; formulas and sources in `rl/advantage.ts`. */
export type AdvantageEstimator =
  "grpo" | "dr-grpo" | "rloo" | "reinforce++" | "reinforce++-baseline" | "remax" | "gae" | "prime";

/** How the losses of an update's tokens become one number; the weights are in `rl/rollouts.ts`. */
export type Aggregation =
  | "token-mean"
  | "trained-token-mean"
  | "pair-token-mean"
  | "sequence-mean-token-sum"
  | "sequence-mean-token-mean"
  | "sequence-mean-token-sum-norm";

/** Whether KL to the initial model is a term of the loss or taken from the rewards. */
export type KlPlace = "loss" | "reward";

/** Learning rate after warm-up: constant, or a half cosine that reaches 0 just after the last step. */
export type Schedule = "constant" | "cosine";

/** All fields in the order a form shows them. */
export const CONFIG_FIELDS = {
  steps: integer(
    "Loop",
    "Steps",
    100,
    [1, 100_000],
    "steps",
    "How many times the loop samples, votes and updates.",
  ),
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
    "Responses sampled for the majority vote; more votes give a steadier pseudo-label (paper: 64).",
  ),
  rolloutsPerQuestion: integer(
    "Loop",
    "Rollouts per question",
    32,
    [1, 1024],
    "responses",
    "How many of the votes are kept for training, the first ones sampled (paper: 32).",
  ),
  seed: integer("Loop", "Seed", 0, [0, 2 ** 31 - 1], "", "Same seed, same backend: same run."),
  temperature: real(
    "Sampling",
    "Temperature",
    1,
    [0.05, 4],
    "",
    "Softmax temperature of the votes; lower sharpens them and hides alternatives (paper: 1.0, or 0.6 for instruct models).",
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
    "A response is cut here; a cut one may still hold an answer.",
  ),
  ...VOTER_FIELDS,
  ...PAPER_FIELDS,
  ...REWARD_FIELDS,
  ...TRUST_FIELDS,
  ...UPDATE_FIELDS,
  ...COMPANION_FIELDS,
  ...ADAPTER_FIELDS,
  learningRate: real(
    "Optimizer",
    "Learning rate",
    1e-4,
    [1e-8, 0.1],
    "",
    "Peak AdamW step size. The cliff of the method: too high locks onto wrong votes within a few steps. LoRA takes about ten times as much.",
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
    "Gradients with a larger global norm are scaled down to it.",
  ),
  beta1: real("Optimizer", "Beta 1", 0.9, [0, 0.9999], "", "AdamW's decay of the mean gradient."),
  beta2: real("Optimizer", "Beta 2", 0.99, [0, 0.99999], "", "AdamW's decay of the mean squared gradient."),
  weightDecay: real(
    "Optimizer",
    "Weight decay",
    0,
    [0, 1],
    "",
    "AdamW's decoupled pull of the weights towards zero.",
  ),
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
} as const satisfies Record<keyof TtrlConfig, ConfigField>;

/** The names of all fields. */
export const CONFIG_NAMES = Object.keys(CONFIG_FIELDS) as (keyof TtrlConfig)[]; // keys of a const table

/** The demo: what one click runs. */
export const DEFAULT_CONFIG: TtrlConfig = configFrom({});

/** Every problem of a set of values, as sentences a user can act on; empty when the values are valid. */
export function configProblems(values: Readonly<Record<string, unknown>>): string[] {
  const problems = Object.keys(values)
    .filter((name) => !Object.hasOwn(CONFIG_FIELDS, name)) // "toString" is no setting
    .map((name) => `unknown setting "${name}"; known: ${CONFIG_NAMES.join(", ")}`);
  for (const name of CONFIG_NAMES) {
    const problem = Object.hasOwn(values, name) ? fieldProblem(CONFIG_FIELDS[name], values[name]) : null;
    if (problem !== null) problems.push(`${name} ${problem}`);
  }
  const [source, voting] = [values["labelSource"], values["voting"]];
  if (isOther(source, "majority") && isOther(voting, "hard")) {
    problems.push(`voting (${voting}) must be hard unless labelSource (${source}) is majority`);
  }
  const votes = values["votesPerQuestion"] ?? CONFIG_FIELDS.votesPerQuestion.default;
  const rollouts = values["rolloutsPerQuestion"] ?? CONFIG_FIELDS.rolloutsPerQuestion.default;
  if (typeof votes === "number" && typeof rollouts === "number" && rollouts > votes) {
    problems.push(`rolloutsPerQuestion (${rollouts}) must not exceed votesPerQuestion (${votes})`);
  }
  return [...problems, ...adapterProblems(values), ...remedyProblems(values), ...companionProblems(values)];
}

/** Whether a choice was given and is not its default. */
function isOther(value: unknown, fallback: string): value is string {
  return typeof value === "string" && value !== fallback;
}

function fieldProblem(field: ConfigField, value: unknown): string | null {
  if (field.kind === "choice") {
    return typeof value === "string" && field.choices.includes(value)
      ? null
      : `must be one of ${field.choices.join(", ")}; got ${JSON.stringify(value)}`;
  }
  if (typeof value !== "number" || !Number.isFinite(value))
    return `must be a number; got ${JSON.stringify(value)}`;
  if (field.kind === "integer" && !Number.isInteger(value)) return `must be a whole number; got ${value}`;
  if (value < field.min || value > field.max)
    return `must be within ${field.min} and ${field.max}; got ${value}`;
  return null;
}

/** A configuration from some values, defaults elsewhere. Throws when a value is unknown or out of bounds. */
export function configFrom(values: Readonly<Record<string, unknown>>): TtrlConfig {
  const problems = configProblems(values);
  if (problems.length > 0) throw new RangeError(problems.join("; "));
  const defaults = Object.fromEntries(CONFIG_NAMES.map((name) => [name, CONFIG_FIELDS[name].default]));
  return { ...defaults, ...values } as unknown as TtrlConfig; // each field was checked against its own table entry
}

/** Learning rate of a step counted from 1: linear warm-up, then the schedule. */
export function learningRateAt(step: number, config: TtrlConfig): number {
  const { learningRate, warmupSteps, steps, schedule, scheduleLag } = config;
  const done = step - scheduleLag;
  if (warmupSteps > 0 && done <= warmupSteps) return (learningRate * done) / warmupSteps;
  if (schedule === "constant") return learningRate;
  const progress = (done - warmupSteps) / (steps + 1 - scheduleLag - warmupSteps);
  return (learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
}
