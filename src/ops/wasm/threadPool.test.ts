/** Work in parts gives the very bits of work in one piece, so how many threads share it changes no run. */
import "@tensorflow/tfjs-backend-wasm";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { causalAttention } from "../causalAttention/causalAttention.ts";
import { linear } from "../linear/linear.ts";
import { swiglu } from "../swiglu/swiglu.ts";
import * as tf from "../tf.ts";
import { tokenLogprob } from "../tokenLogprob/tokenLogprob.ts";
import { SingleThread } from "./threadPool.ts";
import { activeKernels } from "./installWasmKernels.ts";
import { installWasmKernelsInNode } from "./loadNode.ts";

beforeAll(() => tf.setBackend("wasm"));
afterEach(() => vi.restoreAllMocks());

const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, "float32", seed);

/** Value and gradients of an operation, and how many parts its calls had; work in `shares` parts at most. */
async function computed(
  shares: number,
  operation: (...inputs: tf.Tensor[]) => tf.Tensor,
  shapes: number[][],
) {
  await installWasmKernelsInNode(({ call }) => new SingleThread(call, shares));
  const run = vi.spyOn(SingleThread.prototype, "run");
  const arrays = tf.tidy(() => {
    const inputs = shapes.map((shape, i) => random(shape, i + 1));
    const value = operation(...inputs);
    const { grads } = tf.valueAndGrads(operation)(inputs, random(value.shape, 9));
    return [value, ...grads].map((tensor) => tensor.dataSync());
  });
  const parts = run.mock.calls.map(([, calls]) => calls.length);
  vi.restoreAllMocks();
  expect(activeKernels()?.pool.shares).toBe(shares);
  return { arrays, parts };
}

const TOKENS = 1501; // no multiple of what a tile, a vector or three parts hold
const ids = () => tf.tensor1d(Int32Array.from({ length: TOKENS }, (_, i) => (i * 7) % 203));
const rowStarts = Int32Array.of(
  0,
  40,
  100,
  101,
  180,
  260,
  333,
  400,
  470,
  560,
  650,
  700,
  790,
  880,
  1000,
  1090,
);

it.each<[string, (...inputs: tf.Tensor[]) => tf.Tensor, number[][]]>([
  ["linear", (...[x, w, b]) => linear(x!, w!, b), [[TOKENS, 52], [63, 52], [63]]],
  [
    "swiglu",
    (...[gate, up]) => swiglu(gate!, up!),
    [
      [TOKENS, 163],
      [TOKENS, 163],
    ],
  ],
  ["tokenLogprob", (...[logits]) => tokenLogprob(logits!, ids()).logprob, [[TOKENS, 203]]],
  [
    "causalAttention",
    (...[q, k, v]) => causalAttention({ q: q!, k: k!, v: v!, rowStarts, heads: 4, kvHeads: 2 }),
    [
      [1090, 64],
      [1090, 32],
      [1090, 32],
    ],
  ],
])("%s in three parts is what it is in one", async (_, operation, shapes) => {
  const [whole, split] = [await computed(1, operation, shapes), await computed(3, operation, shapes)];
  expect(Math.max(...whole.parts)).toBe(1);
  expect(Math.max(...split.parts)).toBe(3);
  for (const [i, array] of whole.arrays.entries()) expect(split.arrays[i]).toEqual(array);
});
