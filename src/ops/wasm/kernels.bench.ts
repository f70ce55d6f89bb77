/**
 * How fast the kernels are: `npx tsx src/ops/wasm/kernels.bench.ts`. GFLOP/s of the three matrix products, then
 * each fused operation against the stock operations on the same backend, at sizes of the embedded models.
 */
import "@tensorflow/tfjs-backend-wasm";
import { adamw, type AdamwState } from "../adamw/adamw.ts";
import { causalAttention } from "../causalAttention/causalAttention.ts";
import { gatherRows } from "../gatherRows/gatherRows.ts";
import { globalNorm } from "../globalNorm/globalNorm.ts";
import { linear } from "../linear/linear.ts";
import { rmsNorm } from "../rmsNorm/rmsNorm.ts";
import { ropeTable, rotate } from "../rotate/rotate.ts";
import { swiglu } from "../swiglu/swiglu.ts";
import * as tf from "../tf.ts";
import { tokenLogprob } from "../tokenLogprob/tokenLogprob.ts";
import { activeKernels, uninstallWasmKernels } from "./installWasmKernels.ts";
import { installWasmKernelsInNode } from "./loadNode.ts";

const [TOKENS, WIDTH, FF, VOCABULARY, HEADS, KV_HEADS, LENGTH] = [4096, 64, 160, 512, 4, 2, 64];
const GROUPED = { heads: HEADS, kvHeads: KV_HEADS };
const KV_WIDTH = (WIDTH / HEADS) * KV_HEADS;

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Processor time of this process in ms: unlike the clock, it does not count what others did meanwhile. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Shortest of several runs, in ms. */
function time(run: () => void, runs = 15): number {
  let shortest = Infinity;
  for (let i = 0; i < runs; i++) {
    const start = processorTime();
    tf.tidy(() => {
      run(); // what it returns is not passed on: tidy would keep it
    });
    shortest = Math.min(shortest, processorTime() - start);
  }
  return shortest;
}

function benchMatrixProducts(): void {
  const kernels = activeKernels();
  if (kernels === undefined) throw new Error("the kernels are not installed");
  const { call } = kernels;
  for (const [m, n, k] of [
    [4096, 64, 64],
    [4096, 160, 64],
    [4096, 64, 160],
    [4096, 512, 64],
    [64, 160, 64],
    [16384, 128, 128],
  ] as const) {
    const tensors = [tf.randomNormal([m, k]), tf.randomNormal([n, k]), tf.randomNormal([m, n])];
    const [x = 0, w = 0, y = 0] = tensors.map((tensor) => kernels.address(tensor));
    const scratch = kernels.scratch(call.linearScratch(n, k));
    const repeats = Math.ceil(2e8 / (m * n * k));
    const rate = (product: () => void): string => {
      const ms = time(() => {
        for (let i = 0; i < repeats; i++) product();
      });
      return ((2 * m * n * k * repeats) / ms / 1e6).toFixed(1).padStart(6);
    };
    const forward = rate(() => call.linearForward(x, w, 0, y, m, n, k, scratch));
    const inputGrad = rate(() => call.linearInputGrad(y, w, x, m, n, k, scratch));
    const weightGrad = rate(() => call.linearWeightGrad(y, x, w, m, n, k, 0, n, scratch));
    print(`${`${m} x ${n} x ${k}`.padEnd(18)} y${forward}   dx${inputGrad}   dw${weightGrad}  GFLOP/s`);
    tf.dispose(tensors);
  }
}

type Run = () => void;

/** Forward, and forward with backward, of a differentiable operation. */
function both(operation: (...inputs: tf.Tensor[]) => tf.Tensor, shapes: number[][]): [Run, Run] {
  const inputs = shapes.map((shape) => tf.randomNormal(shape));
  const gradients = tf.grads((...xs) => tf.sum(operation(...xs)));
  return [() => operation(...inputs), () => gradients(inputs)];
}

function differentiableOperations(): Record<string, [Run, Run]> {
  const ids = tf.tensor1d(Int32Array.from({ length: TOKENS }, (_, i) => (i * 7) % VOCABULARY));
  const positions = tf.tensor1d(Int32Array.from({ length: TOKENS }, (_, i) => i % LENGTH));
  const starts = Int32Array.from({ length: TOKENS / LENGTH + 1 }, (_, i) => i * LENGTH);
  const table = ropeTable(LENGTH, { headDim: WIDTH / HEADS, ropeTheta: 10_000, ropeScaling: null });
  const two = <T>(f: (a: tf.Tensor, b: tf.Tensor) => T) => f;
  const x = [TOKENS, WIDTH];
  return {
    "linear d x ff": both(
      two((a, b) => linear(a, b)),
      [x, [FF, WIDTH]],
    ),
    "linear head": both(
      two((a, b) => linear(a, b)),
      [x, [VOCABULARY, WIDTH]],
    ),
    rmsNorm: both(
      two((a, b) => rmsNorm(a, b, 1e-5)),
      [x, [WIDTH]],
    ),
    rotate: both((...[a]) => rotate(a ?? ids, positions, table), [x]),
    swiglu: both(two(swiglu), [
      [TOKENS, FF],
      [TOKENS, FF],
    ]),
    gatherRows: both((...[a]) => gatherRows(a ?? ids, ids), [[VOCABULARY, WIDTH]]),
    tokenLogprob: both((...[a]) => tokenLogprob(a ?? ids, ids).logprob, [[TOKENS, VOCABULARY]]),
    causalAttention: both(
      (...[q, k, v]) =>
        causalAttention({ q: q ?? ids, k: k ?? ids, v: v ?? ids, rowStarts: starts, ...GROUPED }),
      [x, [TOKENS, KV_WIDTH], [TOKENS, KV_WIDTH]],
    ),
  };
}

function otherOperations(): Record<string, [Run]> {
  const grad = tf.randomNormal([400_000]);
  let state: AdamwState = { param: tf.zeros([400_000]), m: tf.zeros([400_000]), v: tf.zeros([400_000]) };
  const options = {
    learningRate: 1e-3,
    beta1: 0.9,
    beta2: 0.99,
    epsilon: 1e-8,
    weightDecay: 0,
    gradientScale: 1,
  };
  return {
    "adamw 0.4M": [
      () => {
        state = adamw(state, grad, { ...options, stepNumber: 3 });
        for (const tensor of Object.values(state)) tf.keep(tensor);
      },
    ],
    "globalNorm 0.4M": [() => void globalNorm([grad])],
  };
}

/** Times of all operations on the current implementation: name -> forward, and with backward where there is one. */
function timeAll(): Map<string, number[]> {
  const operations: Record<string, Run[]> = { ...differentiableOperations(), ...otherOperations() };
  return new Map(Object.entries(operations).map(([name, runs]) => [name, runs.map((run) => time(run))]));
}

await tf.setBackend("wasm");
await installWasmKernelsInNode();
benchMatrixProducts();
const fused = timeAll();
uninstallWasmKernels();
const stock = timeAll();
print(`\n${"ms at M=4096".padEnd(26)} forward: stock   fused           forward + backward: stock   fused`);
for (const [name, times] of fused) {
  const columns = times.map((ms, i) => {
    const before = stock.get(name)?.[i] ?? NaN;
    return `${before.toFixed(2).padStart(8)} ${ms.toFixed(2).padStart(7)} ${(before / ms).toFixed(1).padStart(6)} x`;
  });
  print(`${name.padEnd(32)} ${columns.join(" ".repeat(22))}`);
}
