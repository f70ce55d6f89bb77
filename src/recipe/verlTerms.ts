/** What a run's settings are called in any verl, today's and the one that the authors' code is built on. */
import type { ParquetType } from "../formats/parquet.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import { warmupLeft, type RunOutline } from "./continuation.ts";
import type { Counterparts, Value } from "./counterparts.ts";

export const ACTOR = "actor_rollout_ref.actor";
export const OPTIMIZER = `${ACTOR}.optim`;
export const ROLLOUT = "actor_rollout_ref.rollout";

const KL_PENALTIES = { k1: "kl", k2: "mse", k3: "low_var_kl" } as const;

/** verl wants a bound; no ratio gets here. */
const NO_DUAL_CLIP = 1e6;

/** The loss but for its mean. */
export function addClipAndKl(list: Counterparts, config: TtrlConfig): void {
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
    "against the model the bundle starts from, not against the run's first",
  );
}

/** What a critic and rewards of tokens are told. */
export function addCritic(list: Counterparts, config: TtrlConfig): void {
  list.add("gamma", { "algorithm.gamma": config.gamma });
  list.add("lambda", { "algorithm.lam": config.lambda });
  list.add("criticLearningRate", { "critic.optim.lr": config.criticLearningRate });
  list.add("criticWarmup", { "trainer.critic_warmup": config.criticWarmup });
  list.add("valueClip", { "critic.cliprange_value": config.valueClip });
}

/** How votes are drawn. */
export function addSampling(list: Counterparts, config: TtrlConfig): void {
  list.add("temperature", { [`${ROLLOUT}.temperature`]: config.temperature });
  list.add("topP", { [`${ROLLOUT}.top_p`]: config.topP });
  list.add("maxResponseTokens", { "data.max_response_length": config.maxResponseTokens });
}

/** The learning rate but for the form of its schedule. */
export function addLearningRate(list: Counterparts, run: RunOutline): void {
  list.add("learningRate", { [`${OPTIMIZER}.lr`]: run.config.learningRate }, "AdamW's moments start anew");
  list.add("warmupSteps", { [`${OPTIMIZER}.lr_warmup_steps`]: warmupLeft(run) }, "what is left of it");
}

/** When evaluations are made, and how they draw. */
export function addEvaluations(list: Counterparts, { config, answerKey }: RunOutline): void {
  const measured = answerKey.size > 0;
  const every = measured ? config.evaluateEvery : -1;
  const note = measured ? "" : "never: the run had no answers to measure by";
  list.add("evaluateEvery", { "trainer.test_freq": every, "trainer.val_before_train": measured }, note);
  const val = `${ROLLOUT}.val_kwargs`;
  list.add("evaluationSamples", { [`${val}.n`]: config.evaluationSamples });
  list.add("initialSamples", {}, "the first and last evaluation are like the others");
  const sampled = config.evaluationTemperature > 0;
  list.add("evaluationTemperature", {
    [`${val}.temperature`]: config.evaluationTemperature,
    [`${val}.do_sample`]: sampled,
  });
  list.add("evaluationTopP", { [`${val}.top_p`]: config.evaluationTopP });
}

/** Overrides as Hydra reads them, one a line. */
export function overrideLines(overrides: readonly (readonly [string, Value])[]): string {
  return overrides.map(([name, value]) => `${name}=${spelled(value)}\n`).join("");
}

function spelled(value: Value): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The type of a row of any verl's data set; what `extra_info` holds differs. */
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
