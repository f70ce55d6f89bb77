import { beforeAll, expect, it } from "vitest";
import { describeOnGpu } from "../../webgpu/fixture.ts";
import { adamw } from "../../ops/adamw/adamw.ts";
import { causalAttention } from "../../ops/causalAttention/causalAttention.ts";
import { causalAttentionReference } from "../../ops/causalAttention/fixture.ts";
import { decodeAttention } from "../../ops/decodeAttention/decodeAttention.ts";
import { decodeAttentionReference } from "../../ops/decodeAttention/fixture.ts";
import {
  expectation,
  expectClose,
  expectHere,
  normals,
  toTensor,
  type Operation,
  type Reference,
} from "../../ops/fixture.ts";
import { gatherRows } from "../../ops/gatherRows/gatherRows.ts";
import { gatherRowsReference } from "../../ops/gatherRows/fixture.ts";
import { globalNorm } from "../../ops/globalNorm/globalNorm.ts";
import { linear } from "../../ops/linear/linear.ts";
import { linearReference } from "../../ops/linear/fixture.ts";
import { rmsNormReference } from "../../ops/rmsNorm/fixture.ts";
import { rmsNorm } from "../../ops/rmsNorm/rmsNorm.ts";
import { rotateReference } from "../../ops/rotate/fixture.ts";
import { ropeTable, rotate } from "../../ops/rotate/rotate.ts";
import { swigluReference } from "../../ops/swiglu/fixture.ts";
import { swiglu } from "../../ops/swiglu/swiglu.ts";
import * as tf from "../../ops/tf.ts";
import { tokenLogprobReference } from "../../ops/tokenLogprob/fixture.ts";
import { tokenLogprob } from "../../ops/tokenLogprob/tokenLogprob.ts";

/** WebGPU allows its exponential and division several units in the last place. */
const TOLERANCE = { value: 2e-5, gradient: 5e-5 };

const IDS = Int32Array.from([3, 0, 3, 6, 1]);
const STARTS = Int32Array.from([0, 2, 5]);
const SIZES = { heads: 2, kvHeads: 1, headDim: 4 };
const ints = (values: Int32Array): tf.Tensor1D => tf.tensor1d(values, "int32");

describeOnGpu("stock operations on webgpu", (gpu) => {
  beforeAll(async () => {
    const { useWebGpuOperations } = await import("../../ops/webgpu.ts"); // reads navigator, which the fixture sets
    await useWebGpuOperations(gpu().device);
    tf.env().set("WEBGPU_CPU_FORWARD", false); // small tensors would otherwise be computed on the CPU
  });

  const differentiable: [string, Operation, Reference, number[][]][] = [
    ["linear", (x, w, b) => linear(x, w, b), (x, w, b) => linearReference(x, w, b, 6), [[5, 6], [7, 6], [7]]],
    ["rmsNorm", (x, w) => rmsNorm(x, w, 1e-5), (x, w) => rmsNormReference(x, w, 1e-5), [[5, 6], [6]]],
    [
      "rotate",
      (x) => rotate(x, ints(IDS), ropeTable(8, { headDim: 4, ropeTheta: 100, ropeScaling: null })),
      (x) => rotateReference(x, IDS, 4, 100),
      [[5, 8]],
    ],
    [
      "swiglu",
      (g, u) => swiglu(g, u),
      (g, u) => swigluReference(g, u),
      [
        [5, 6],
        [5, 6],
      ],
    ],
    ["gatherRows", (w) => gatherRows(w, ints(IDS)), (w) => gatherRowsReference(w, IDS, 3), [[7, 3]]],
    [
      "tokenLogprob",
      (x) => tokenLogprob(x, ints(IDS)).logprob,
      (x) => tokenLogprobReference(x, IDS).logprob,
      [[5, 7]],
    ],
    [
      "causalAttention",
      (q, k, v) => causalAttention({ q, k, v, rowStarts: STARTS, ...SIZES }),
      (q, k, v) => causalAttentionReference(q, k, v, STARTS, SIZES),
      [
        [5, 8],
        [5, 4],
        [5, 4],
      ],
    ],
  ];

  it.each(differentiable)("%s agrees with float64", async (name, operation, reference, shapes) => {
    const inputs = shapes.map((shape, i) => normals(i, shape));
    await expectHere(name, operation, expectation(reference, inputs), TOLERANCE);
  });

  it("entropy agrees with float64", async () => {
    const logits = normals(1, [5, 7]);
    const { entropy } = tokenLogprob(toTensor(logits), ints(IDS));
    expectClose(
      "entropy",
      await entropy.data(),
      tokenLogprobReference(logits.data, IDS).entropy,
      TOLERANCE.value,
    );
  });

  it("decodeAttention agrees with float64", async () => {
    const [q, prefixKeys, prefixValues] = [normals(1, [3, 8]), normals(2, [5, 4]), normals(3, [5, 4])];
    const [keys, values] = [normals(4, [3, 4]), normals(5, [3, 4])];
    const rowGroup = Int32Array.from([1, 0, 1]);
    const numbers = {
      prefixKeys: prefixKeys.data,
      prefixValues: prefixValues.data,
      suffixKeys: keys.data,
      suffixValues: values.data,
    };
    const prefix = { prefixStarts: STARTS };
    const expected = decodeAttentionReference(
      q.data,
      { ...numbers, ...prefix, suffixLength: 1 },
      rowGroup,
      SIZES,
    );
    const cache = {
      prefixKeys: toTensor(prefixKeys),
      prefixValues: toTensor(prefixValues),
      suffixKeys: tf.expandDims(toTensor(keys), 1),
      suffixValues: tf.expandDims(toTensor(values), 1),
      ...prefix,
    };
    const out = decodeAttention({ q: toTensor(q), cache, rowGroup: ints(rowGroup), ...SIZES });
    expectClose("out", await out.data(), expected, TOLERANCE.value);
  });

  it("adamw moves by the learning rate first, and globalNorm adds all tensors up", async () => {
    const options = {
      learningRate: 0.1,
      beta1: 0.9,
      beta2: 0.99,
      epsilon: 1e-8,
      weightDecay: 0.5,
      gradientScale: 0.5,
      stepNumber: 1,
    };
    const { param, m, v } = adamw(
      { param: tf.ones([3]), m: tf.zeros([3]), v: tf.zeros([3]) },
      tf.tensor1d([2, -4, 6]),
      options,
    );
    expectClose("param", await param.data(), [0.85, 1.05, 0.85], TOLERANCE.value); // 1 - 0.1 * 0.5 -+ 0.1
    expectClose("m", await m.data(), [0.1, -0.2, 0.3], TOLERANCE.value);
    expectClose("v", await v.data(), [0.01, 0.04, 0.09], TOLERANCE.value);
    expect(await globalNorm([tf.tensor1d([3]), tf.tensor1d([4, 12])])).toBeCloseTo(13, 4);
  });
});
