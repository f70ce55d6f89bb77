/** Recipe for verl's main_ppo on Ray: settings as Hydra overrides, and the data set as Parquet. */
import { writeParquet } from "../formats/parquet.ts";
import { turnsOf } from "../rl/contracts/prompt.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import {
  addAdapter,
  addAnswers,
  addRollouts,
  responsesPerPass,
  type BundleFiles,
  type Continuation,
  type RunOutline,
} from "./continuation.ts";
import { Counterparts, type Value } from "./counterparts.ts";
import {
  ACTOR,
  addShared,
  ESTIMATORS,
  OPTIMIZER,
  overrideLines,
  ROLLOUT,
  sharedOverrides,
  verlRow,
} from "./verlTerms.ts";

const LOSSES: Record<TtrlConfig["aggregation"], [mode: string, note: string]> = {
  "token-mean": ["token-mean", ""],
  "trained-token-mean": ["token-mean", "the mean is over all tokens, including those with zero advantage"],
  "pair-token-mean": ["token-mean", "the current verl takes one mean per update, whatever its micro-batches"],
  "sequence-mean-token-sum": ["seq-mean-token-sum", ""],
  "sequence-mean-token-mean": ["seq-mean-token-mean", ""],
  "sequence-mean-token-sum-norm": [
    "seq-mean-token-sum-norm",
    "sums are divided by the width of verl's batch",
  ],
};

/** Maps the settings to overrides of verl's ppo_trainer. */
export function verlCounterparts(run: RunOutline): Counterparts {
  const { config } = run;
  const list = new Counterparts(config);
  addShared(list, run);
  list.add("votesPerQuestion", { [`${ROLLOUT}.n`]: config.votesPerQuestion });
  list.add(
    "seed",
    { "data.seed": config.seed, [`${ROLLOUT}.seed`]: config.seed },
    "different random numbers",
  );
  addRollouts(list, config);
  addAnswers(list, config);
  addAdapter(list, config, {
    rank: "actor_rollout_ref.model.lora_rank",
    alpha: "actor_rollout_ref.model.lora_alpha",
    dropout: null,
    targets: "actor_rollout_ref.model.target_modules",
  });
  if (config.rewardToken === "own-last") list.add("rewardToken", {}, "built in");
  const [mode, note] = LOSSES[config.aggregation];
  list.add("aggregation", { [`${ACTOR}.loss_agg_mode`]: mode }, note);
  addAdvantage(list, config);
  addOptimizer(list, config);
  list.add("evaluationQuestions", { "data.val_max_samples": config.evaluationQuestions }, "the first ones");
  return list;
}

function addAdvantage(list: Counterparts, { advantage }: Pick<TtrlConfig, "advantage">): void {
  const estimator = advantage === "dr-grpo" ? "grpo" : ESTIMATORS[advantage];
  const byDeviation = { "algorithm.norm_adv_by_std_in_grpo": advantage !== "dr-grpo" };
  // verl's default is gae, which requires a critic.
  if (estimator === undefined)
    list.lose("advantage", "grpo", { "algorithm.adv_estimator": "grpo", ...byDeviation });
  else list.add("advantage", { "algorithm.adv_estimator": estimator, ...byDeviation });
}

function addOptimizer(
  list: Counterparts,
  config: Pick<TtrlConfig, "schedule" | "scheduleLag" | "gradientClip" | "beta1" | "beta2">,
): void {
  list.add(
    "schedule",
    { [`${OPTIMIZER}.lr_scheduler_type`]: config.schedule },
    "over the steps of this recipe",
  );
  const lags = config.scheduleLag === 1;
  const lagNote = "for a cosine schedule; a constant one always lags by one step";
  list.add("scheduleLag", { [`${OPTIMIZER}.zero_indexed_step`]: lags }, lagNote);
  list.add("gradientClip", {
    [`${OPTIMIZER}.clip_grad`]: config.gradientClip,
    [`${ACTOR}.grad_clip`]: config.gradientClip,
  });
  list.add("beta1", { [`${OPTIMIZER}.betas`]: [config.beta1, config.beta2] }, "both betas in one setting");
  list.add(
    "beta2",
    { [`critic.optim.betas`]: [config.beta1, config.beta2] },
    "the critic's; the policy's is set with beta1",
  );
}

function ownOverrides(run: Continuation): [string, Value][] {
  const perPass = responsesPerPass(run, run.config.votesPerQuestion, 16);
  return [
    ...sharedOverrides(run, perPass),
    ["data.val_batch_size", "null"],
    // Only the adapter is sent to vLLM, which must load the base model from disk.
    ...(run.config.trainable === "lora"
      ? [[`${ROLLOUT}.load_format`, "safetensors"] satisfies [string, Value]]
      : []),
    [`${ROLLOUT}.agent.default_agent_loop`, "majority"],
    [`${ACTOR}.ppo_micro_batch_size_per_gpu`, perPass],
  ];
}

/** Returns the generated files of the bundle. */
export function verlFiles(run: Continuation): BundleFiles {
  const overrides = [...ownOverrides(run), ...verlCounterparts(run).settings()];
  const train = verlRows(run, "train");
  // A validation file is required even if validation is off.
  const test = run.answerKey.size > 0 ? verlRows(run, "test") : train;
  return new Map<string, string | Uint8Array>([
    ["overrides.txt", overrideLines(overrides)],
    ["train.parquet", writeParquet(VERL_ROW, train)],
    ["test.parquet", writeParquet(VERL_ROW, test)],
  ]);
}

const VERL_ROW = verlRow({ split: "text", index: "integer", id: "text", task: "text" });

/** Rows in verl's schema; only validation rows have the ground truth. */
function verlRows({ dataset, task, questions, answerKey }: Continuation, split: "train" | "test") {
  const asked = split === "train" ? questions : questions.filter(({ id }) => answerKey.has(id));
  return asked.map((question, i) => ({
    data_source: dataset,
    prompt: turnsOf(question),
    ability: "math",
    reward_model: {
      style: "rule",
      ground_truth: split === "train" ? "" : (answerKey.get(question.id) ?? ""),
    },
    extra_info: { split, index: BigInt(i), id: question.id, task },
  }));
}
