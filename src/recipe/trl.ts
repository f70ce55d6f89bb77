/** Recipe for TRL's GRPOTrainer: settings as JSON, and the data set as JSONL. */
import { turnsOf } from "../rl/contracts/prompt.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import {
  addAdapter,
  addAnswers,
  addEpochRest,
  addRollouts,
  questionsPerStep,
  responsesPerPass,
  updatesPerStep,
  warmupLeft,
  type BundleFiles,
  type Continuation,
  type RunOutline,
} from "./continuation.ts";
import { Counterparts, type Value } from "./counterparts.ts";

const SCALES: Partial<Record<TtrlConfig["advantage"], [scale: string, note: string]>> = {
  grpo: ["group", ""],
  "dr-grpo": ["none", ""],
  rloo: ["none", "the baseline is the group's mean: advantages are (n - 1) / n of RLOO's"],
  "reinforce++-baseline": ["batch", "rewards are normalised over responses, not over tokens"],
};

const LOSSES: Partial<Record<TtrlConfig["aggregation"], [loss: string, note: string]>> = {
  "token-mean": ["dapo", ""],
  "trained-token-mean": ["dapo", "the mean is over all tokens, including those with zero advantage"],
  "pair-token-mean": ["bnpo", "with two responses per device, as configured"],
  "sequence-mean-token-mean": ["grpo", ""],
  "sequence-mean-token-sum-norm": ["dr_grpo", "sums are divided by the maximum response length"],
};

const EVALUATION_SETTINGS = [
  ...(["evaluateEvery", "evaluationQuestions", "evaluationSamples", "initialSamples"] as const),
  ...(["evaluationTemperature", "evaluationTopP"] as const),
];

/** Maps the settings: `sizes.*` and `steps` configure train_trl.py, `lora.*` PEFT's LoraConfig, all others GRPOConfig. */
export function trlCounterparts(run: RunOutline): Counterparts {
  const { config, steps } = run;
  const list = new Counterparts(config);
  const votes = config.votesPerQuestion;
  const updates = updatesPerStep(run);
  list.add("steps", { steps }, "TRL counts updates: steps times updates per step");
  list.add(
    "questionsPerStep",
    { "sizes.responses_per_step": questionsPerStep(run) * votes },
    "times the votes per question",
  );
  list.add("votesPerQuestion", { num_generations: votes });
  list.add("updatesPerStep", { "sizes.updates_per_step": updates }, "must divide the questions of a step");
  list.add("seed", { seed: config.seed }, "different random numbers");
  list.add("temperature", { temperature: config.temperature });
  list.add("topP", { top_p: config.topP });
  list.add("maxResponseTokens", { max_completion_length: config.maxResponseTokens });
  addLoss(list, run);
  addOptimizer(list, run, updates);
  addRollouts(list, config);
  addAnswers(list, config);
  addAdapter(list, config, {
    rank: "lora.r",
    alpha: "lora.lora_alpha",
    dropout: "lora.lora_dropout",
    targets: "lora.target_modules",
  });
  if (config.rewardToken === "own-last") list.add("rewardToken", {}, "rewards are per response");
  addEpochRest(list, config);
  for (const setting of EVALUATION_SETTINGS) list.add(setting, {}, "no evaluation during training");
  return list;
}

function addLoss(list: Counterparts, run: RunOutline): void {
  const { config } = run;
  const pair = config.aggregation === "pair-token-mean";
  const device = { "sizes.per_device": responsesPerPass(run, config.votesPerQuestion, pair ? 2 : 16) };
  const [scale, scaleNote] = SCALES[config.advantage] ?? [];
  const [loss, lossNote] = LOSSES[config.aggregation] ?? [];
  if (scale !== undefined) list.add("advantage", { scale_rewards: scale }, scaleNote);
  else list.lose("advantage", "grpo", { scale_rewards: "group" });
  if (loss !== undefined) list.add("aggregation", { loss_type: loss, ...device }, lossNote);
  else list.lose("aggregation", "the mean over all tokens", { loss_type: "dapo", ...device });
  list.add("clipRange", { epsilon: config.clipRange });
  const high = config.clipHigh === 0 ? config.clipRange : config.clipHigh;
  list.add("clipHigh", { epsilon_high: high });
  if (config.dualClip > 1) list.add("dualClip", { delta: config.dualClip });
  else list.add("dualClip", {}, "no bound: delta is not set");
  list.add("entropyCoefficient", { entropy_coef: config.entropyCoefficient });
  addKl(list, config);
}

type KlSettings = Pick<TtrlConfig, "klCoefficient" | "klPlace" | "klEstimator">;

function addKl(list: Counterparts, { klCoefficient, klPlace, klEstimator }: KlSettings): void {
  const note = "the reference model is the bundle's model, not the run's initial model";
  list.add("klCoefficient", { beta: klCoefficient }, klCoefficient === 0 ? "" : note);
  if (klPlace === "loss" || klCoefficient === 0) list.add("klPlace", {}, "TRL's is in the loss");
  else list.lose("klPlace", "a term of the loss");
  if (klEstimator === "k3" || klCoefficient === 0) list.add("klEstimator", {}, "TRL's is k3");
  else list.lose("klEstimator", "k3");
}

function addOptimizer(list: Counterparts, run: RunOutline, updates: number): void {
  const { config } = run;
  list.add("learningRate", { learning_rate: config.learningRate }, "AdamW's moments are reset");
  list.add("warmupSteps", { warmup_steps: warmupLeft(run) * updates }, "the remaining steps, in updates");
  const schedule = config.schedule === "cosine" ? "cosine" : "constant_with_warmup";
  list.add("schedule", { lr_scheduler_type: schedule }, "over the steps of this recipe, per update");
  if (config.scheduleLag === 1) list.add("scheduleLag", {}, "always lags by one update");
  list.add("gradientClip", { max_grad_norm: config.gradientClip });
  list.add("beta1", { adam_beta1: config.beta1 });
  list.add("beta2", { adam_beta2: config.beta2 });
  list.add("weightDecay", { weight_decay: config.weightDecay });
}

/** Returns the generated files of the bundle. */
export function trlFiles(run: Continuation): BundleFiles {
  const rows = run.questions.map((question) => ({
    prompt: turnsOf(question),
    question: question.id,
    task: run.task,
  }));
  return new Map([
    ["train.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join("")],
    ["settings.json", `${JSON.stringify(trlSettings(run), null, 2)}\n`],
  ]);
}

/** Content of settings.json, which train_trl.py reads. */
function trlSettings(run: Continuation) {
  const all = [...trlCounterparts(run).settings()];
  const within = (part: string): Record<string, Value> =>
    Object.fromEntries(
      all.flatMap(([name, value]) =>
        name.startsWith(part) ? [[name.slice(part.length), value] as const] : [],
      ),
    );
  const grpo = all.filter(([name]) => name !== "steps" && !/^(sizes|lora)\./.test(name));
  return {
    steps: run.steps,
    sizes: within("sizes."),
    lora: run.config.trainable === "lora" ? within("lora.") : null,
    grpo: { ...Object.fromEntries(grpo), logging_steps: 1, save_strategy: "no", report_to: "none" },
  };
}
