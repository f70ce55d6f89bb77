import { expect, test } from "vitest";
import { readModelConfig } from "../../src/model/language/config.ts";
import { costOf, type Batch } from "./kernelCosts.ts";
import { matrixParameters } from "../contenders/models.ts";
import { embedded } from "../comparison/node.ts";

const config = readModelConfig((await embedded("abacus-0.2M")).config);
const TOKEN: Batch = { lines: 8, scored: 8, pairs: 80, keys: 40, training: false };
const TRAINED: Batch = { lines: 6, scored: 6, pairs: 21, keys: 6, training: true };
const flopsOf = (kernel: string, batch: Batch): number => costOf(kernel, config, batch, 1)?.flops ?? 0;

const OF_LAYER = [
  "projectQkv",
  "addProjection of self_attn.o_proj.weight",
  "gatedHidden",
  "addProjection of mlp.down_proj.weight",
];

test("a token's products take two FLOPs for each parameter of a matrix and row", () => {
  const layer = OF_LAYER.reduce((sum, kernel) => sum + flopsOf(kernel, TOKEN), 0);
  expect(config.layers * layer + flopsOf("head", TOKEN)).toBe(2 * 8 * matrixParameters(config));
});

test("a training step's products take six, and two more for the logits that are computed again", () => {
  const backward = [
    "gatedBackward",
    "weightGradient of mlp.down_proj.weight",
    "backProject of mlp.gate_proj.weight, mlp.up_proj.weight",
    "weightGradient of mlp.gate_proj.weight, mlp.up_proj.weight",
    "backProject of self_attn.o_proj.weight",
    "weightGradient of self_attn.o_proj.weight",
    "backProject of self_attn.q_proj.weight, self_attn.k_proj.weight, self_attn.v_proj.weight",
    "weightGradient of self_attn.q_proj.weight, self_attn.k_proj.weight, self_attn.v_proj.weight",
  ];
  const layer = [...OF_LAYER, ...backward].reduce((sum, kernel) => sum + flopsOf(kernel, TRAINED), 0);
  const head = ["headStatistics", "logitGradient", "headGradients"].reduce(
    (sum, kernel) => sum + flopsOf(kernel, TRAINED),
    0,
  );
  const { width, vocabulary } = config;
  const all = 6 * 6 * matrixParameters(config) + 2 * 6 * width * vocabulary;
  expect(config.layers * layer + head).toBe(all);
});

test("attention costs four FLOPs for each number of a query and line attended to", () => {
  expect(costOf("attend", config, TOKEN, 1)).toEqual({
    flops: 4 * 80 * 64,
    bytes: 4 * (40 * 128 + 2 * 8 * 64), // keys and values of 64 each; queries and what they become
  });
});

test("what several dispatches do together is divided among them", () => {
  expect(costOf("headGradients", config, TRAINED, 3)?.flops).toBe((4 * 6 * 64 * 464) / 3);
});

test("a kernel of little work has no cost", () => {
  expect(costOf("policyLoss", config, TRAINED, 1)).toBeNull();
});
