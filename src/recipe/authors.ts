/**
 * Recipe for the authors' fork of verl (PRIME-RL/TTRL, commit 3e2cc93), which has majority voting built in: settings as
 * Hydra overrides, and the data set in the fork's columns.
 */
import { writeParquet } from "../formats/parquet.ts";
import { turnsOf } from "../rl/contracts/prompt.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { Question, Task } from "../rl/contracts/types.ts";
import {
  addAnswers,
  responsesPerPass,
  warmupLeft,
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

/** The fork's reward manager chooses the answer format by the name of the data source, of which it knows four. */
const DATA_SOURCES: Readonly<Record<Task, string>> = { math: "MATH-TTT", gpqa: "GPQA-TTT" };

const KWARGS = "reward_model.reward_kwargs";

/** Advantage estimators that depend on the token which receives the reward. */
const TOKEN_LEVEL: readonly TtrlConfig["advantage"][] = ["gae", "reinforce++", "remax"];

const LOSSES: Partial<Record<TtrlConfig["aggregation"], [mode: string, note: string]>> = {
  "token-mean": ["token-mean", "the mean is over the responses of a micro-batch"],
  "trained-token-mean": [
    "token-mean",
    "the mean is over all tokens of a micro-batch, including those with zero advantage",
  ],
  "pair-token-mean": ["token-mean", "with two responses per micro-batch, as configured"],
  "sequence-mean-token-sum": ["seq-mean-token-sum", ""],
  "sequence-mean-token-mean": ["seq-mean-token-mean", ""],
};

/** Maps the settings to overrides of the fork's ppo_trainer. */
export function authorsCounterparts(run: RunOutline): Counterparts {
  const { config } = run;
  const list = new Counterparts(config);
  addShared(list, run);
  const [votes, rollouts] = [config.votesPerQuestion, config.rolloutsPerQuestion];
  list.add("votesPerQuestion", { [`${KWARGS}.n_votes_per_prompt`]: votes, [`${ROLLOUT}.n_vote`]: votes });
  list.add(
    "rolloutsPerQuestion",
    { [`${KWARGS}.n_samples_per_prompt`]: rollouts, [`${ROLLOUT}.n`]: rollouts },
    "the first ones, reordered to balance devices",
  );
  list.add("seed", { "+data.seed": config.seed }, "for the order of questions only");
  addFixedBehaviour(list, config);
  addAggregation(list, run);
  addAdvantage(list, config);
  addOptimizer(list, run);
  list.add("evaluationQuestions", {}, "the number of rows in test.parquet");
  return list;
}

/** Settings that are hard-coded in the fork. */
function addFixedBehaviour(
  list: Counterparts,
  config: Pick<TtrlConfig, "trainable" | "answers" | "rewardToken" | "advantage">,
): void {
  if (config.trainable === "lora") list.lose("trainable", "all weights, with the adapter merged in");
  addAnswers(list, config, "its own code");
  const place = "at the position where the longest response of the group ends";
  if (config.rewardToken === "group-last") list.add("rewardToken", {}, "built in");
  else if (TOKEN_LEVEL.includes(config.advantage)) list.lose("rewardToken", place);
  else list.add("rewardToken", {}, `${place}, which makes no difference to this advantage`);
}

function addAggregation(list: Counterparts, run: RunOutline): void {
  const { aggregation } = run.config;
  const pass = {
    [`${ACTOR}.ppo_micro_batch_size_per_gpu`]: aggregation === "pair-token-mean" ? 2 : perPass(run),
  };
  const [mode, note] = LOSSES[aggregation] ?? [];
  if (mode === undefined)
    list.lose("aggregation", "the mean over the tokens of a micro-batch", {
      [`${ACTOR}.loss_agg_mode`]: "token-mean",
      ...pass,
    });
  else list.add("aggregation", { [`${ACTOR}.loss_agg_mode`]: mode, ...pass }, note);
}

/** Responses per micro-batch; the fork trains on the rollouts, not on all votes. */
function perPass(run: RunOutline): number {
  return responsesPerPass(run, run.config.rolloutsPerQuestion, 16);
}

function addAdvantage(list: Counterparts, { advantage }: Pick<TtrlConfig, "advantage">): void {
  const estimator = advantage === "remax" ? "remax" : ESTIMATORS[advantage];
  if (estimator === undefined) list.lose("advantage", "grpo", { "algorithm.adv_estimator": "grpo" });
  else list.add("advantage", { "algorithm.adv_estimator": estimator });
}

function addOptimizer(list: Counterparts, run: RunOutline): void {
  const { config } = run;
  list.add("schedule", { [`${OPTIMIZER}.warmup_style`]: config.schedule }, "over the steps of this recipe");
  if (config.scheduleLag === 1) list.add("scheduleLag", {}, "always lags by one step");
  else if (config.schedule === "constant" && warmupLeft(run) === 0)
    list.add("scheduleLag", {}, "lags by one step, which makes no difference to a constant rate");
  else list.lose("scheduleLag", "the rate lags by one step");
  list.add("gradientClip", { [`${ACTOR}.grad_clip`]: config.gradientClip });
  const betas = [config.beta1, config.beta2];
  list.add("beta1", { [`+${OPTIMIZER}.betas`]: betas }, "both betas in one setting");
  list.add("beta2", { "+critic.optim.betas": betas }, "the critic's; the policy's is set with beta1");
}

function ownOverrides(run: Continuation): [string, Value][] {
  const longest = run.promptTokens + run.config.maxResponseTokens;
  return [
    ...sharedOverrides(run, perPass(run)),
    ["reward_model.reward_manager", "ttrl"],
    [`${KWARGS}.mode`, "train"],
    [`${ROLLOUT}.do_vote`, true],
    ["data.filter_overlong_prompts", true],
    [`${ROLLOUT}.max_model_len`, longest],
    [`${ROLLOUT}.max_num_batched_tokens`, Math.max(longest, 8192)],
    [`${ACTOR}.checkpoint.contents`, "[model,hf_model,optimizer,extra]"],
  ];
}

/** Returns the generated files of the bundle. */
export function authorsFiles(run: Continuation): BundleFiles {
  const { questions, answerKey, config } = run;
  const known = questions.filter(({ id }) => answerKey.has(id)).slice(0, config.evaluationQuestions);
  return new Map<string, string | Uint8Array>([
    ["overrides.txt", overrideLines([...ownOverrides(run), ...authorsCounterparts(run).settings()])],
    ["train.parquet", writeParquet(AUTHORS_ROW, authorsRows(run, "train", questions))],
    // A validation file is required even if validation is off.
    [
      "test.parquet",
      writeParquet(AUTHORS_ROW, authorsRows(run, "test", known.length > 0 ? known : questions)),
    ],
  ]);
}

const AUTHORS_ROW = verlRow({ split: "text", index: "text", id: "text" });

/** Rows as the authors' scripts write them, ground truth included. */
function authorsRows(
  { task, answerKey }: Continuation,
  split: "train" | "test",
  questions: readonly Question[],
) {
  const source = DATA_SOURCES[task];
  return questions.map((question, i) => ({
    data_source: source,
    prompt: turnsOf(question),
    ability: "math",
    reward_model: { style: "rule", ground_truth: answerKey.get(question.id) ?? "" },
    extra_info: { split, index: `${source}-${i}`, id: question.id },
  }));
}
