/** For tests: the GPU, a runner of single kernels, and a small decoder with odd sizes. */
import { afterEach, beforeAll, describe, expect } from "vitest";
import { expectClose, normals, type Expectation } from "../ops/fixture.ts";
import { startDawn } from "../ops/gpu/fixture.ts";
import "./sparingPolls.mjs";
import type { DecoderShape } from "../decoder/decoderShape.ts";
import { openGpu, readBuffer, type Gpu } from "./device/device.ts";
import { GraphBuilder, Pipelines } from "./recording/graph.ts";
import type { Kernel } from "./recording/kernel.ts";
import { layOutParameters, transpose, type LayerLayout } from "./layout/parameterLayout.ts";
import { SMALL_VARIANTS } from "./products/fixture.ts";
import {
  BATCH_BYTES,
  packSettings,
  packStates,
  type BatchSettings,
  type RowState,
} from "./layout/rowState.ts";
import { PLAIN_VARIANTS, type Variants } from "./kernelVariants/variants.ts";

const gpu = await openGpu(startDawn());

type Tests = (gpu: () => Gpu) => void;

/**
 * Tests on the GPU that fail on any GPU error; skipped, with the reason in their title, without an adapter. Their graphs use
 * the smallest products.
 */
export function describeOnGpu(title: string, tests: Tests): void {
  describeWith(SMALL_VARIANTS, title, tests);
}

/** The same with the default products. */
export function describeWithPlainProducts(title: string, tests: Tests): void {
  describeWith(PLAIN_VARIANTS, title, tests);
}

function describeWith(variants: Variants, title: string, tests: Tests): void {
  const reason = gpu === null ? " (skipped: no WebGPU adapter on this machine)" : "";
  describe.skipIf(gpu === null)(title + reason, () => {
    beforeAll(() => expect(gpu).not.toBeNull());
    afterEach(async () => {
      await gpu!.device.queue.onSubmittedWorkDone(); // errors have arrived by then
      expect(gpu?.fault.reason).toBeUndefined();
    });
    tests(() => ({ ...gpu!, variants }));
  });
}

type Data = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | ArrayBuffer;

/** Runs one kernel on the given contents of its bindings; returns the contents of the writable ones afterwards. */
export async function runKernel(
  { device, fault }: Gpu,
  kernel: Kernel,
  lines: number,
  contents: Record<string, Data>,
): Promise<Record<string, Float32Array>> {
  const buffers = Object.fromEntries(
    Object.entries(kernel.bindings).map(([name, { access }]) => {
      const data = contents[name]!;
      const kind = access === "uniform" ? GPUBufferUsage.UNIFORM : GPUBufferUsage.STORAGE;
      const usage = kind | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
      const buffer = device.createBuffer({ size: data.byteLength, usage });
      device.queue.writeBuffer(buffer, 0, data);
      return [name, buffer];
    }),
  );
  const builder = new GraphBuilder(device, Pipelines.of(device), kernel.name);
  builder.add(
    kernel,
    Object.fromEntries(Object.entries(buffers).map(([name, buffer]) => [name, { buffer }])),
  );
  const graph = await builder.build();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  graph.encode(pass, [lines]);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const written: Record<string, Float32Array> = {};
  for (const [name, buffer] of Object.entries(buffers)) {
    if (kernel.bindings[name]!.access !== "write") continue;
    written[name] = new Float32Array(await readBuffer(device, buffer, buffer.size));
  }
  for (const buffer of Object.values(buffers)) buffer.destroy();
  expect(fault.reason).toBeUndefined();
  return written;
}

/** Settings for `count` lines. */
export function settingsFor(count: number, settings: Partial<BatchSettings> = {}): ArrayBuffer {
  const all = { count, maxTokens: 4, temperature: 1, topP: 1, eosTokens: [], ...settings };
  const bytes = packSettings(all);
  expect(bytes.byteLength).toBe(BATCH_BYTES);
  return bytes;
}

/** Lines with the given fields, all others 0. */
export function statesOf(states: readonly Partial<RowState>[]): Uint32Array<ArrayBuffer> {
  const none = { token: 0, position: 0, write: 0, prefixStart: 0, prefixLength: 0, suffixStart: 0 };
  return packStates(states.map((state) => ({ ...none, seed: 0, stream: 0, output: 0, ...state })));
}

/** A decoder whose sizes are no multiples of tiles, with grouped queries. */
export const ODD_SHAPE: DecoderShape = {
  width: 12,
  layers: 1,
  heads: 3,
  kvHeads: 1,
  headDim: 8,
  hiddenWidth: 20,
  vocabulary: 13,
  maxPositions: 32,
  ropeTheta: 100,
  ropeScaling: null,
  normEpsilon: 1e-5,
  tied: true,
  qkvBias: true,
  outputBias: false,
  mlpBias: false,
  qkNorm: false,
  eosTokens: [],
};

/** A layer of `ODD_SHAPE` with random weights: as kernels bind it, and by part in Hugging Face's layout. */
export function oddLayer(): {
  layout: LayerLayout;
  block: Float32Array<ArrayBuffer>;
  weights: ReadonlyMap<string, Float64Array>;
} {
  const { width, heads, kvHeads, headDim, hiddenWidth } = ODD_SHAPE;
  const keys = kvHeads * headDim;
  const { layer: layout, layerSize } = layOutParameters(
    new Map(
      Object.entries({
        "input_layernorm.weight": [width],
        "self_attn.q_proj.weight": [heads * headDim, width],
        "self_attn.q_proj.bias": [heads * headDim],
        "self_attn.k_proj.weight": [keys, width],
        "self_attn.k_proj.bias": [keys],
        "self_attn.v_proj.weight": [keys, width],
        "self_attn.v_proj.bias": [keys],
        "self_attn.o_proj.weight": [width, heads * headDim],
        "post_attention_layernorm.weight": [width],
        "mlp.gate_proj.weight": [hiddenWidth, width],
        "mlp.up_proj.weight": [hiddenWidth, width],
        "mlp.down_proj.weight": [width, hiddenWidth],
      }).map(([part, shape]) => [`model.layers.0.${part}`, shape]),
    ),
    headDim,
  );
  const block = new Float32Array(layerSize);
  const weights = new Map<string, Float64Array>();
  for (const [i, [part, { shape, offset, transposed }]] of [...layout].entries()) {
    const { data } = normals(i + 50, shape);
    weights.set(part, data);
    const values = Float32Array.from(data);
    block.set(transposed ? transpose(values, shape[0]!, shape[1]!) : values, offset);
  }
  return { layout, block, weights };
}

/** Relative to the largest entry: WGSL allows exp, division and inverseSqrt a few units in the last place. */
export const TOLERANCE = 2e-5;

/** Values as kernels read them, padded to `size`. */
export function floats(values: ArrayLike<number>, size = values.length): Float32Array<ArrayBuffer> {
  const padded = new Float32Array(size);
  padded.set(values);
  return padded;
}

/** Compares the gradient of an input with its known finite differences. */
export function expectGradient(
  what: string,
  found: ArrayLike<number>,
  { entries, gradients }: Expectation,
  input: number,
): void {
  const sampled = entries[input]!.map((entry) => found[entry]!);
  expectClose(what, sampled, gradients[input]!, 5e-5, 0.1); // finite differences keep the rounding of the larger numbers
}
