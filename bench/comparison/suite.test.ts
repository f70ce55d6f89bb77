import { expect, test } from "vitest";
import { NAMES } from "../contenders/contenders.ts";
import { jobs, leftOut, MODELS, WORKLOAD_NAMES, type Asked } from "./suite.ts";

const ALL: Asked = {
  contenders: NAMES,
  named: false,
  software: true,
  models: MODELS,
  workloads: WORKLOAD_NAMES,
  full: [],
  budget: 1,
};

test("every pair of contender and model is either run or listed as left out", () => {
  const run = new Set(jobs(ALL).map(({ contender, model }) => `${contender} ${model}`));
  const left = leftOut(ALL).map(({ contender, model }) => `${contender} ${model}`);
  expect(run.size + left.length).toBe(NAMES.length * MODELS.length);
  for (const pair of left) expect(run).not.toContain(pair);
});

test("contenders named by --only run with every requested model", () => {
  const asked: Asked = { ...ALL, contenders: ["nanogpt", "wasm-kernels"], named: true };
  expect(jobs(asked)).toHaveLength(2 * MODELS.length);
  expect(leftOut(asked)).toEqual([]);
});

test("contenders that only decode get no training, and no job without decoding", () => {
  const decoding = jobs(ALL).filter(({ contender }) => contender === "transformers-wasm");
  expect(decoding.length).toBeGreaterThan(0);
  for (const { workloads } of decoding)
    expect(new Set(workloads.map(({ kind }) => kind))).toEqual(new Set(["decode"]));
  expect(jobs({ ...ALL, contenders: ["transformers-wasm"], workloads: ["train"] })).toEqual([]);
});

test("only contenders named by --full run workloads in full", () => {
  const whole = (models: Asked["models"]) =>
    jobs({ ...ALL, models, full: ["tensorflow-webgpu"] })
      .filter(({ full }) => full)
      .map(({ contender, model }) => [contender, model]);
  expect(whole(MODELS)).toEqual([["tensorflow-webgpu", "abacus-0.2M"]]);
  expect(whole(["abacus-0.5M"])).toEqual([["tensorflow-webgpu", "abacus-0.5M"]]);
});
