/** Settings that the current verl and the authors' fork of it have in common. */
import type { ParquetType } from "../formats/parquet.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import {
  addEpochRest,
  questionsPerStep,
  updatesPerStep,
  warmupLeft,
  type Continuation,
  type RunOutline,
} from "./continuation.ts";
import { valueText, type Counterparts, type Value } from "./counterparts.ts";

export const ACTOR = "actor_rollout_ref.actor";
export const OPTIMIZER = `${ACTOR}.optim`;
export const ROLLOUT = "actor_rollout_ref.rollout";

const KL_PENALTIES = { k1: "kl", k2: "mse", k3: "low_var_kl" } as const;

/** verl requires a bound; no ratio reaches this one. */
const NO_DUAL_CLIP = 1e6;

type LossSettings = Pick<
  TtrlConfig,
  | ("clipRange" | "clipHigh" | "dualClip" | "entropyCoefficient")
  | ("klCoefficient" | "klPlace" | "klEstimator")
>;

/** Maps the settings whose counterparts both have. */
export function addShared(list: Counterparts, run: RunOutline): void {
  const { config, steps } = run;
  const questions = questionsPerStep(run);
  list.add("steps", { "trainer.total_training_steps": steps, "trainer.save_freq": steps });
  list.add("questionsPerStep", { "data.train_batch_size": questions });
  list.add(
    "updatesPerStep",
    { [`${ACTOR}.ppo_mini_batch_size`]: questions / updatesPerStep(run) },
    "as questions per update; must divide the questions of a step",
  );
  list.add("temperature", { [`${ROLLOUT}.temperature`]: config.temperature });
  list.add("topP", { [`${ROLLOUT}.top_p`]: config.topP });
  list.add("maxResponseTokens", { "data.max_response_length": config.maxResponseTokens });
  addEpochRest(list, config);
  addClipAndKl(list, config);
  addCritic(list, config);
  list.add("learningRate", { [`${OPTIMIZER}.lr`]: config.learningRate }, "AdamW's moments are reset");
  list.add("warmupSteps", { [`${OPTIMIZER}.lr_warmup_steps`]: warmupLeft(run) }, "the remaining steps");
  list.add("weightDecay", { [`${OPTIMIZER}.weight_decay`]: config.weightDecay });
  addEvaluations(list, run);
}

/** Maps the clipping, entropy and KL settings of the loss. */
function addClipAndKl(list: Counterparts, config: LossSettings): void {
  list.add("clipRange", {
    [`${ACTOR}.clip_ratio`]: config.clipRange,
    [`${ACTOR}.clip_ratio_low`]: config.clipRange,
  });
  const high = config.clipHigh === 0 ? config.clipRange : config.clipHigh;
  list.add("clipHigh", { [`${ACTOR}.clip_ratio_high`]: high });
  const dual = config.dualClip === 1 ? NO_DUAL_CLIP : config.dualClip;
  list.add("dualClip", { [`${ACTOR}.clip_ratio_c`]: dual });
  list.add("entropyCoefficient", { [`${ACTOR}.entropy_coeff`]: config.entropyCoefficient });
  const inLoss = config.klCoefficient > 0 && config.klPlace === "loss";
  const inReward = config.klCoefficient > 0 && config.klPlace === "reward";
  const place = { [`${ACTOR}.use_kl_loss`]: inLoss, "algorithm.use_kl_in_reward": inReward };
  const penalty = KL_PENALTIES[config.klEstimator];
  list.add("klPlace", place);
  list.add("klEstimator", { [`${ACTOR}.kl_loss_type`]: penalty, "algorithm.kl_penalty": penalty });
  list.add(
    "klCoefficient",
    { [`${ACTOR}.kl_loss_coef`]: config.klCoefficient, "algorithm.kl_ctrl.kl_coef": config.klCoefficient },
    "the reference model is the bundle's model, not the run's initial model",
  );
}

type CriticSettings = Pick<
  TtrlConfig,
  "gamma" | "lambda" | "criticLearningRate" | "criticWarmup" | "valueClip"
>;

/** Maps the settings of GAE and the critic. */
function addCritic(list: Counterparts, config: CriticSettings): void {
  list.add("gamma", { "algorithm.gamma": config.gamma });
  list.add("lambda", { "algorithm.lam": config.lambda });
  list.add("criticLearningRate", { "critic.optim.lr": config.criticLearningRate });
  list.add("criticWarmup", { "trainer.critic_warmup": config.criticWarmup });
  list.add("valueClip", { "critic.cliprange_value": config.valueClip });
}

/** Maps the evaluation settings. */
function addEvaluations(list: Counterparts, { config, answerKey }: RunOutline): void {
  const measured = answerKey.size > 0;
  const every = measured ? config.evaluateEvery : -1;
  const note = measured ? "" : "never: the run had no answers";
  list.add("evaluateEvery", { "trainer.test_freq": every, "trainer.val_before_train": measured }, note);
  const val = `${ROLLOUT}.val_kwargs`;
  list.add("evaluationSamples", { [`${val}.n`]: config.evaluationSamples });
  list.add("initialSamples", {}, "the first and last evaluations use the same number as the others");
  const sampled = config.evaluationTemperature > 0;
  list.add("evaluationTemperature", {
    [`${val}.temperature`]: config.evaluationTemperature,
    [`${val}.do_sample`]: sampled,
  });
  list.add("evaluationTopP", { [`${val}.top_p`]: config.evaluationTopP });
}

/** Returns the overrides that do not come from the run's settings, with `perPass` responses per micro-batch. */
export function sharedOverrides({ promptTokens }: Continuation, perPass: number): [string, Value][] {
  return [
    ["data.max_prompt_length", promptTokens],
    [`${ROLLOUT}.name`, "vllm"],
    [`${ROLLOUT}.tensor_model_parallel_size`, 1],
    [`${ROLLOUT}.log_prob_micro_batch_size_per_gpu`, perPass],
    ["actor_rollout_ref.ref.log_prob_micro_batch_size_per_gpu", perPass],
    ["critic.ppo_micro_batch_size_per_gpu", perPass],
    ["trainer.total_epochs", 1_000_000], // total_training_steps ends the run
    ["trainer.logger", "[console]"],
    ["trainer.project_name", "ttrl-lab"],
  ];
}

/** Formats Hydra overrides, one per line. */
export function overrideLines(overrides: readonly (readonly [string, Value])[]): string {
  return overrides.map(([name, value]) => `${name}=${valueText(value)}\n`).join("");
}

/** verl's names of advantage estimators, the fork's included. */
export const ESTIMATORS: Partial<Record<TtrlConfig["advantage"], string>> = {
  grpo: "grpo",
  rloo: "rloo",
  "reinforce++": "reinforce_plus_plus",
  "reinforce++-baseline": "reinforce_plus_plus_baseline",
  gae: "gae",
};

/** Returns the Parquet type of a data set row with the given `extra_info`. */
export function verlRow<const Extra extends Readonly<Record<string, ParquetType>>>(extra: Extra) {
  return {
    struct: {
      data_source: "text",
      prompt: { list: { struct: { role: "text", content: "text" } } },
      ability: "text",
      reward_model: { struct: { style: "text", ground_truth: "text" } },
      extra_info: { struct: extra },
    },
  } as const;
}
