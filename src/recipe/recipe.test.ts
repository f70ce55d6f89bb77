import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { CONFIG_NAMES, configFrom, type TtrlConfig } from "../rl/ttrlConfig.ts";
import { PAPER_PRESET } from "../rl/paperPreset.ts";
import { authorsCounterparts, authorsFiles } from "./authors.ts";
import { responsesPerPass, updatesPerStep, type BundleFiles, type Continuation } from "./continuation.ts";
import { trlCounterparts, trlFiles } from "./trl.ts";
import { verlCounterparts, verlFiles } from "./verl.ts";

const QUESTIONS = Array.from({ length: 10 }, (_, i) => ({ id: `q${i}`, prompt: `What is ${i} + 1?` }));

function continuation(values: Partial<TtrlConfig> = {}): Continuation {
  return {
    ...{ dataset: "sums", task: "math", questions: QUESTIONS, steps: 50, stepsDone: 100, promptTokens: 20 },
    answerKey: new Map([["q3", "4"]]),
    config: configFrom({ ...values }),
  };
}

function text(files: BundleFiles, name: string): string {
  const content = files.get(name);
  if (typeof content !== "string") throw new Error(`${name} is no text`);
  return content;
}

function rows(files: BundleFiles, name: string): Promise<Record<string, unknown>[]> {
  const content = files.get(name);
  if (!(content instanceof Uint8Array)) throw new Error(`${name} is no Parquet file`);
  return parquetReadObjects({ file: content.slice().buffer });
}

function lost(list: { lost(): { setting: string }[] }): string[] {
  return list.lost().map(({ setting }) => setting);
}

describe("the sizes of batches", () => {
  it("never ask for more questions than there are, and split them evenly", () => {
    const run = continuation({
      questionsPerStep: 16,
      updatesPerStep: 4,
      votesPerQuestion: 6,
      rolloutsPerQuestion: 6,
    });
    expect(updatesPerStep(run)).toBe(2); // of 10 questions, 4 and 3 updates would be uneven
    expect(responsesPerPass(run, 6, 16)).toBe(15); // an update has 30 responses
  });
});

describe("what the settings become", () => {
  it("keeps all of the authors' loss and optimizer in TRL, pairs of responses included", () => {
    const list = trlCounterparts(continuation(PAPER_PRESET));
    const settings = Object.fromEntries(list.settings());
    expect(settings).toMatchObject({
      ...{
        num_generations: 64,
        "sizes.responses_per_step": 512,
        "sizes.updates_per_step": 8,
        "sizes.per_device": 2,
      },
      ...{
        loss_type: "bnpo",
        scale_rewards: "group",
        epsilon: 0.2,
        epsilon_high: 0.2,
        delta: 3,
        beta: 0.001,
      },
      ...{ adam_beta2: 0.999, weight_decay: 0.01, lr_scheduler_type: "cosine", warmup_steps: 0 },
    });
    expect(lost(list)).toEqual(["rolloutsPerQuestion", "rewardToken"]);
  });

  it("says the same in verl's words", () => {
    const settings = Object.fromEntries(verlCounterparts(continuation(PAPER_PRESET)).settings());
    expect(settings).toMatchObject({
      "data.train_batch_size": 8,
      "actor_rollout_ref.rollout.n": 64,
      "actor_rollout_ref.actor.ppo_mini_batch_size": 1, // questions in each of 8 updates
      "actor_rollout_ref.actor.clip_ratio_c": 3,
      "actor_rollout_ref.actor.use_kl_loss": true,
      "actor_rollout_ref.actor.kl_loss_type": "low_var_kl",
      "actor_rollout_ref.actor.optim.zero_indexed_step": true,
      "algorithm.adv_estimator": "grpo",
      "algorithm.norm_adv_by_std_in_grpo": true,
      "trainer.total_training_steps": 50,
    });
  });

  it("loses nothing of the authors' settings in the authors' own code", () => {
    const list = authorsCounterparts(continuation(PAPER_PRESET));
    expect(lost(list)).toEqual([]);
    expect(Object.fromEntries(list.settings())).toMatchObject({
      "data.train_batch_size": 8,
      "reward_model.reward_kwargs.n_votes_per_prompt": 64,
      "reward_model.reward_kwargs.n_samples_per_prompt": 32,
      "actor_rollout_ref.rollout.n": 32,
      "actor_rollout_ref.actor.ppo_mini_batch_size": 1, // times the 32 that are trained on
      "actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu": 2,
      "actor_rollout_ref.actor.loss_agg_mode": "token-mean",
      "actor_rollout_ref.actor.use_kl_loss": true,
      "actor_rollout_ref.actor.optim.warmup_style": "cosine",
      "actor_rollout_ref.rollout.val_kwargs.n": 16,
      "algorithm.adv_estimator": "grpo",
    });
  });

  it("names what the authors' code does otherwise", () => {
    const list = authorsCounterparts(continuation({ answers: "corrected", advantage: "gae" }));
    expect(lost(list)).toEqual(expect.arrayContaining(["answers", "epochRest", "rewardToken"]));
    expect(lost(authorsCounterparts(continuation({ advantage: "grpo" })))).not.toContain("rewardToken");
  });

  it("names a changed setting without a counterpart, and says nothing of one that is off", () => {
    const list = trlCounterparts(continuation({ labelSource: "random", advantage: "remax" }));
    expect(lost(list)).toEqual(expect.arrayContaining(["labelSource", "advantage"]));
    expect(lost(list)).not.toContain("voting");
    expect(list.settings().get("scale_rewards")).toBe("group"); // what stands in for remax
  });

  it("continues with an adapter of the same settings if the trainer supports one", () => {
    const run = continuation({ trainable: "lora", loraRank: 8, loraAlpha: 16, loraTargets: "query-value" });
    expect(Object.fromEntries(verlCounterparts(run).settings())).toMatchObject({
      "actor_rollout_ref.model.lora_rank": 8,
      "actor_rollout_ref.model.lora_alpha": 16,
      "actor_rollout_ref.model.target_modules": ["q_proj", "v_proj"],
    });
    expect(JSON.parse(text(trlFiles(run), "settings.json"))).toMatchObject({
      lora: { r: 8, lora_alpha: 16, lora_dropout: 0, target_modules: ["q_proj", "v_proj"] },
    });
    expect(JSON.parse(text(trlFiles(continuation()), "settings.json"))).toMatchObject({ lora: null });
    expect(lost(verlCounterparts(run))).not.toContain("trainable");
    expect(lost(authorsCounterparts(run))).toContain("trainable");
    expect(lost(authorsCounterparts(continuation()))).not.toContain("trainable");
    const dropping = continuation({ trainable: "lora", loraDropout: 0.1 });
    expect(lost(verlCounterparts(dropping))).toContain("loraDropout");
    expect(lost(trlCounterparts(dropping))).not.toContain("loraDropout");
  });

  it("maps every setting once", () => {
    for (const list of [trlCounterparts, verlCounterparts, authorsCounterparts].map((tell) =>
      tell(continuation()),
    )) {
      expect(list.all().map(({ setting }) => setting)).toEqual(CONFIG_NAMES);
    }
  });

  it("continues a warm-up that is not over", () => {
    const run = { ...continuation({ warmupSteps: 30, updatesPerStep: 2 }), stepsDone: 10 };
    expect(trlCounterparts(run).settings().get("warmup_steps")).toBe(40); // 20 steps of 2 updates
  });
});

describe("the data", () => {
  it("has answers in verl's validation rows alone, and only where there are any", async () => {
    const files = verlFiles(continuation());
    const train = await rows(files, "train.parquet");
    expect(train).toHaveLength(10);
    expect(new Set(train.map((row) => JSON.stringify(row["reward_model"])))).toEqual(
      new Set(['{"style":"rule","ground_truth":""}']),
    );
    expect(await rows(files, "test.parquet")).toEqual([
      {
        data_source: "sums",
        prompt: [{ role: "user", content: "What is 3 + 1?" }],
        ability: "math",
        reward_model: { style: "rule", ground_truth: "4" },
        extra_info: { split: "test", index: 0n, id: "q3", task: "math" },
      },
    ]);
  });

  it("never validates a run without answers", () => {
    const files = verlFiles({ ...continuation(), answerKey: new Map() });
    expect(text(files, "overrides.txt")).toMatch(/^trainer\.test_freq=-1$/m);
    expect(files.get("test.parquet")).toEqual(files.get("train.parquet"));
  });

  it("stands under a name that the authors' code knows, answers beside questions", async () => {
    const files = authorsFiles(continuation());
    const train = await rows(files, "train.parquet");
    expect(train).toHaveLength(10);
    expect(train[0]).toEqual({
      data_source: "MATH-TTT",
      prompt: [{ role: "user", content: "What is 0 + 1?" }],
      ability: "math",
      reward_model: { style: "rule", ground_truth: "" },
      extra_info: { split: "train", index: "MATH-TTT-0", id: "q0" },
    });
    expect(await rows(files, "test.parquet")).toMatchObject([
      { reward_model: { ground_truth: "4" }, extra_info: { split: "test", index: "MATH-TTT-0", id: "q3" } },
    ]);
    const choice = authorsFiles({ ...continuation(), task: "gpqa" });
    expect((await rows(choice, "train.parquet"))[0]).toMatchObject({ data_source: "GPQA-TTT" });
  });

  it("is asked as a conversation in TRL, under the question's id", () => {
    const lines = text(trlFiles(continuation()), "train.jsonl").split("\n");
    expect(lines).toHaveLength(11); // the last line ends, too
    expect(JSON.parse(lines[1]!)).toEqual({
      ...{ prompt: [{ role: "user", content: "What is 1 + 1?" }], question: "q1", task: "math" },
    });
  });
});
