/** Settings that the current verl and the authors' fork of it have in common. */
import type { ParquetType } from "../formats/parquet.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import { warmupLeft, type RunOutline } from "./continuation.ts";
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

/** Maps the clipping, entropy and KL settings of the loss. */
export function addClipAndKl(list: Counterparts, config: LossSettings): void {
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

export type CriticSettings = Pick<
  TtrlConfig,
  "gamma" | "lambda" | "criticLearningRate" | "criticWarmup" | "valueClip"
>;

/** Maps the settings of GAE and the critic. */
export function addCritic(list: Counterparts, config: CriticSettings): void {
  list.add("gamma", { "algorithm.gamma": config.gamma });
  list.add("lambda", { "algorithm.lam": config.lambda });
  list.add("criticLearningRate", { "critic.optim.lr": config.criticLearningRate });
  list.add("criticWarmup", { "trainer.critic_warmup": config.criticWarmup });
  list.add("valueClip", { "critic.cliprange_value": config.valueClip });
}

/** Maps the sampling settings of rollouts. */
export function addSampling(
  list: Counterparts,
  config: Pick<TtrlConfig, "temperature" | "topP" | "maxResponseTokens">,
): void {
  list.add("temperature", { [`${ROLLOUT}.temperature`]: config.temperature });
  list.add("topP", { [`${ROLLOUT}.top_p`]: config.topP });
  list.add("maxResponseTokens", { "data.max_response_length": config.maxResponseTokens });
}

/** Maps the learning rate and its warm-up. */
export function addLearningRate(list: Counterparts, run: RunOutline): void {
  list.add("learningRate", { [`${OPTIMIZER}.lr`]: run.config.learningRate }, "AdamW's moments are reset");
  list.add("warmupSteps", { [`${OPTIMIZER}.lr_warmup_steps`]: warmupLeft(run) }, "the remaining steps");
}

/** Maps the evaluation settings. */
export function addEvaluations(list: Counterparts, { config, answerKey }: RunOutline): void {
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

/** Formats Hydra overrides, one per line. */
export function overrideLines(overrides: readonly (readonly [string, Value])[]): string {
  return overrides.map(([name, value]) => `${name}=${valueText(value)}\n`).join("");
}

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
