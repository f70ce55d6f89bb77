/** The settings of the method itself. Variants add settings of their own, and choices to `OPEN_FIELDS`. */
import { ADAPTER_FIELDS, adapterProblems } from "./adapterFields.ts";
import { ANSWER_FORMATS, answerFormatProblem, AUTO } from "../../grading/answerFormat.ts";
import { choice, integer, real, text, type ConfigOf } from "./field.ts";

/** Of the loop and of sampling. */
const SAMPLING_FIELDS = {
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

/** Of the loss that an update minimizes. */
const UPDATE_FIELDS = {
  aggregation: choice(
    {
      group: "Update",
      label: "Loss mean",
      choices: [
        "token-mean",
        "trained-token-mean",
        "pair-token-mean",
        "sequence-mean-token-sum",
        "sequence-mean-token-mean",
        "sequence-mean-token-sum-norm",
      ],
    },
    "How token losses are averaged. token-mean: over all kept tokens; trained-token-mean: over the tokens of responses with an advantage; pair-token-mean: over pairs of responses, of their token means, like the authors' micro-batches; sequence-mean: over responses, of their token sum, token mean, or token sum divided by the longest response allowed (Dr. GRPO).",
  ),
  updatesPerStep: integer(
    { group: "Update", label: "Updates per step", default: 1, bounds: [1, 256], unit: "updates" },
    "Optimizer steps per step of the loop: its questions are split into this many mini-batches (paper: 8).",
  ),
  clipRange: real(
    { group: "Update", label: "Clip range", default: 0.2, bounds: [0.01, 1] },
    "The probability ratio is clipped to 1 ± this; matters only with several updates per step (paper: 0.2).",
  ),
  clipHigh: real(
    { group: "Update", label: "Upper clip range", default: 0, bounds: [0, 10] },
    "The upper bound of the ratio is 1 + this, so that rare tokens can rise faster than they fall (DAPO: 0.28); 0 is the clip range.",
  ),
  dualClip: real(
    { group: "Update", label: "Dual clip", default: 1, bounds: [1, 100] },
    "Bounds the loss of a token with a negative advantage to this many times the advantage, however likely it has become (paper: 3); 1 sets no bound.",
  ),
  entropyCoefficient: real(
    { group: "Update", label: "Entropy coefficient", default: 0, bounds: [0, 1] },
    "Weight of an entropy bonus against collapse; too much keeps the policy from learning (paper: 0).",
  ),
  klCoefficient: real(
    { group: "Update", label: "KL coefficient", default: 0, bounds: [0, 10] },
    "Weight of the KL penalty against the initial model; 0 keeps no reference model (paper: 0.001).",
  ),
  klEstimator: choice(
    { group: "Update", label: "KL estimator", choices: ["k3", "k1", "k2"] },
    "With d = log p_initial - log p: k3 is exp(d) - d - 1 (paper), k1 is -d, k2 is d² / 2.",
  ),
  klPlace: choice(
    { group: "Update", label: "KL place", choices: ["loss", "reward"] },
    "loss adds the KL estimate to each token's loss (paper); reward subtracts it from each token's reward before advantages are computed.",
  ),
  gamma: real(
    { group: "Update", label: "Gamma", default: 1, bounds: [0, 1] },
    "Discount of a reward per token, with gae and reinforce++ (paper: 1).",
  ),
} as const;

/** The values of these settings. */
export type UpdateConfig = ConfigOf<typeof UPDATE_FIELDS>;

const OPTIMIZER_FIELDS = {
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

const EVALUATION_FIELDS = {
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

/** Settings with the same choices whatever variants there are. */
export const CLOSED_FIELDS = {
  ...SAMPLING_FIELDS,
  answers: choice(
    { group: "Rewards", label: "Answers", choices: ["corrected", "paper"] },
    "Rules that extract and compare answers. paper reproduces the authors' code: any last number is an answer, a missing answer votes and may win, 1/2 and 0.5 split the vote, units take letters with them, and label accuracy extracts from the label once more.",
  ),
  answerFormat: text(
    {
      group: "Rewards",
      label: "Answer format",
      examples: [...ANSWER_FORMATS, "tag:answer", "regex:answer: (.*)"],
      problem: answerFormatProblem,
    },
    "Where a response has its answer, for the corrected rules. auto: the last box or <answer> tag, else what is announced (answer is, Answer:, ####); boxed: the last \\boxed or \\fbox; hash: after the last ####; tag:<name>: the last <name>...</name>; letter: a letter of multiple choice; last-number; last-line; regex:<pattern>: the one group of its last match (RE2 syntax).",
  ),
  ...UPDATE_FIELDS,
  ...ADAPTER_FIELDS,
  ...OPTIMIZER_FIELDS,
  ...EVALUATION_FIELDS,
} as const;

/** Settings that variants add choices to; the default is always the paper's method. */
export const OPEN_FIELDS = {
  labelSource: choice(
    { group: "Rewards", label: "Label source", choices: ["majority"] },
    "What is rewarded; all but majority are controls. majority: agreement with this step's majority vote (TTRL)",
  ),
  voting: choice(
    { group: "Rewards", label: "Voting", choices: ["hard"] },
    "What answers earn where the label is the majority's. hard: 1 for the winner (TTRL)",
  ),
  advantage: choice(
    {
      group: "Update",
      label: "Advantage",
      choices: ["grpo", "dr-grpo", "rloo", "reinforce++", "reinforce++-baseline"],
    },
    "What a reward is compared with. grpo: the group's mean, divided by its standard deviation; dr-grpo: the mean only, so confident votes count for more; rloo: the mean of the others; reinforce++: all tokens of the step; reinforce++-baseline: the group's mean, then all tokens",
  ),
} as const;

/** The values of the core settings. */
export type CoreConfig = ConfigOf<typeof CLOSED_FIELDS> & Readonly<Record<keyof typeof OPEN_FIELDS, string>>;

/** Returns the core settings' conflicts, as sentences a user can act on. Values may be missing or of a wrong type. */
export function coreProblems(values: Readonly<Record<string, unknown>>): string[] {
  const problems = adapterProblems(values);
  const [source, voting] = [values["labelSource"], values["voting"]];
  if (isOther(source, "majority") && isOther(voting, "hard")) {
    problems.push(`voting (${voting}) must be hard unless labelSource (${source}) is majority`);
  }
  if (values["answers"] === "paper" && isOther(values["answerFormat"], AUTO)) {
    problems.push(
      `answerFormat (${values["answerFormat"]}) must be auto where answers is paper: the authors' rules find answers their own way`,
    );
  }
  const votes = values["votesPerQuestion"] ?? CLOSED_FIELDS.votesPerQuestion.default;
  const rollouts = values["rolloutsPerQuestion"] ?? CLOSED_FIELDS.rolloutsPerQuestion.default;
  if (typeof votes === "number" && typeof rollouts === "number" && rollouts > votes) {
    problems.push(`rolloutsPerQuestion (${rollouts}) must not exceed votesPerQuestion (${votes})`);
  }
  return problems;
}

/** Returns whether a choice was given and is not its default. */
function isOther(value: unknown, fallback: string): value is string {
  return typeof value === "string" && value !== fallback;
}
