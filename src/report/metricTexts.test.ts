import { expect, test } from "vitest";
import { evaluationOf, stepOf } from "./fixture.ts";
import { METRICS } from "../rl/metrics/metrics.ts";

const explained = new Set(Object.keys(METRICS));

/** Counts and settings, which need no words of their own; `atK` is explained figure by figure. */
const PLAIN = [
  "step",
  "sampledTokens",
  "trainedTokens",
  "samples",
  "temperature",
  "topP",
  "questions",
  "atK",
];

test("every figure of a step, its timing and an evaluation is explained", () => {
  const { metrics, timing } = stepOf(1);
  const evaluation = evaluationOf(0);
  const figures = [metrics, timing, evaluation].flatMap((record) => Object.keys(record));
  const atK = evaluation.atK.flatMap((row) => Object.keys(row)).filter((name) => name !== "k");
  const names = [...figures.filter((name) => !PLAIN.includes(name)), ...atK.map((name) => `${name}AtK`)];
  expect(names.filter((name) => !explained.has(name))).toEqual([]);
});

test("every name of the authors' training and evaluation logs of the vote is found", () => {
  const logged = Object.values(METRICS).flatMap((metric) => metric.logged?.split(", ") ?? []);
  for (const name of [
    ...["label_accuracy", "reward_accuracy", "majority_ratio", "ground_truth_ratio", "pass@N"].flatMap(
      (metric) => [`train/${metric}`, `val-ttrl/${metric}`],
    ),
    "train/majority_voting_reward",
    "val-ttrl/majority_voting_reward",
    "val-core/<data set>/acc/mean@N",
    ...["std@N", "best@k/mean", "worst@k/mean", "maj@k/mean"].map(
      (metric) => `val-aux/<data set>/acc/${metric}`,
    ),
    ...["reward_accuracy", "ground_truth_ratio", "pass@k", "entropy"].map((metric) => `train/post_${metric}`),
    "train/entropy",
    ...["score", "rewards", "advantages"].flatMap((part) =>
      ["mean", "min", "max"].map((statistic) => `critic/${part}/${statistic}`),
    ),
    ...["pg_loss", "pg_clipfrac", "pg_clipfrac_lower", "kl_loss", "entropy_loss", "grad_norm", "lr"].map(
      (part) => `actor/${part}`,
    ),
    ...["mean", "min", "max", "clip_ratio"].map((part) => `response_length/${part}`),
    ...["mean", "min", "max"].map((part) => `prompt_length/${part}`),
    ...["gen", "adv", "update_actor", "step"].map((part) => `timing_s/${part}`),
    ...["gen", "update_actor"].map((part) => `timing_per_token_ms/${part}`),
    ...["total_num_tokens", "time_per_step", "throughput"].map((part) => `perf/${part}`),
  ]) {
    expect(logged).toContain(name);
  }
});
