/** Gradients of the trained parameters in a backward pass: of all parameters, or of an adapter on frozen weights. */
import { at } from "../../math/at.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights, LowRankWeights } from "../weights/decoderWeights.ts";
import type { BufferView, GraphBuilder, Scratch } from "../recording/graph.ts";
import { addLineSums, LINE_SHARES } from "../kernels/lineSums/lineSums.ts";
import type { Inner } from "../forward/forwardLayers.ts";
import type { ParameterLayout } from "../layout/parameterLayout.ts";
import type { ParameterBuffer } from "../weights/parameterBuffer.ts";
import {
  factorKernels,
  VALUE_WEIGHT,
  valueSums,
  wholeGradientKernels,
  type ProductGroup,
} from "./trainKernels.ts";
import type { TrainingUpload } from "./trainingUpload.ts";
import type { TrainVariants } from "../kernelVariants/variants.ts";
import { EMBEDDING } from "../../decoder/parameterNames.ts";

type Bound = Readonly<Record<string, BufferView | Scratch>>;

/** Indices of the sizes of a batch. */
export const SCORED = 1;
const TOKENS = 2;

const WORD = 4;
const VECTOR = 4;

/** Inputs of the gradients of parameters. */
export interface GradientInputs {
  readonly shape: DecoderShape;
  readonly weights: DecoderWeights;
  readonly variants: TrainVariants;
  readonly upload: TrainingUpload["views"];
  readonly gradients: ParameterBuffer;
  /** Null if no trained parameter needs line sums. */
  readonly sums: ReturnType<typeof planLineSums> | null;
}

interface ParameterGradients {
  /** Runs before the gradients of a group go through its matrices; returns the adapter bindings of those kernels. */
  inner(group: ProductGroup, layer: number, outputs: Bound): Bound;
  /** Runs after that, with the `inner` vectors of the layer; `normed` is the gradient of the preceding norm's output and `input` that of the norm or group. */
  add(group: ProductGroup, layer: number, inner: Inner, bound: Bound): void;
  /** Runs at the end of the head's backward pass. */
  head(bound: Bound): void;
  /** Runs at the end of the pass, with the gradient of the embedding's output. */
  end(gradient: Scratch): void;
}

/** Gradients of all parameters. */
export function wholeGradients(
  builder: GraphBuilder,
  { shape, weights, variants, upload, gradients, sums }: GradientInputs,
): ParameterGradients {
  if (sums === null) throw new Error("training all parameters needs a plan of line sums");
  const kernels = wholeGradientKernels(shape, gradients.layout.layer, weights.has(VALUE_WEIGHT), variants);
  return {
    inner: () => ({}),
    add(group, layer, _, bound) {
      builder.add(kernels[`${group}Gradient`], { ...bound, gradients: gradients.layerView(layer) });
      if (group !== "gateUp" && group !== "qkv") return;
      const isMlp = group === "gateUp";
      const { input, normed } = bound as Record<"input" | "normed", Scratch>; // bound for groups after a norm
      const shares = sums.block(2 * layer + (isMlp ? 1 : 0));
      const summed = { ...bound, x: input, gradient: normed, shares };
      builder.add(isMlp ? kernels.mlpSums : kernels.inputSums, summed);
    },
    head: (bound) =>
      builder.add(kernels.headSums, { ...bound, shares: sums.block(2 * shape.layers) }, SCORED),
    end(gradient) {
      const { tokenBatch: batch, tokenLines: tokens, sortedLines: lines } = upload;
      const bound = { batch, tokens, lines, gradient, gradients: gradients.view(EMBEDDING) };
      builder.add(kernels.embeddingGradient, bound, TOKENS);
      builder.add(addLineSums(sums.vectors), { ...sums.views, gradients: { buffer: gradients.buffer } });
    },
  };
}

/** Gradients of an adapter's factors, and of a value head if there is a plan of its line sums. `lines` creates scratch memory of a given width for all lines. */
export function factorGradients(
  builder: GraphBuilder,
  { shape, weights, variants, gradients, sums }: GradientInputs,
  adapter: LowRankWeights,
  lines: (width: number) => Scratch,
): ParameterGradients {
  const kernels = factorKernels(shape, weights.layer, adapter.lowRank, variants);
  return {
    inner(group, layer, outputs) {
      const own = kernels[group];
      if (own === null) return {};
      const bound = { adapter: adapter.layerView(layer), innerGradient: lines(own.width) };
      builder.add(own.inner, { ...outputs, ...bound });
      return bound;
    },
    add(group, layer, inner, bound) {
      const own = kernels[group];
      if (own === null) return;
      builder.add(own.factors, { ...bound, inner: inner[group], gradients: gradients.layerView(layer) });
    },
    head(bound) {
      if (sums !== null) builder.add(valueSums(shape), { ...bound, shares: sums.block(0) }, SCORED);
    },
    end() {
      if (sums === null) return;
      builder.add(addLineSums(sums.vectors), { ...sums.views, gradients: { buffer: gradients.buffer } });
    },
  };
}

/**
 * Lays out the shares of line sums and the destination of each sum in the gradients. Each group lists the parameters whose
 * gradients one kernel sums.
 */
export function planLineSums(
  device: GPUDevice,
  { parameters }: ParameterLayout,
  groups: readonly (readonly string[])[],
) {
  const targets = groups.map((names) =>
    names.flatMap((name) => {
      const placed = parameters.get(name);
      if (placed === undefined) throw new Error(`there is no parameter ${name}`);
      const { offset, size } = placed;
      return Array.from({ length: Math.ceil(size / VECTOR) }, (_, i) => offset / VECTOR + i);
    }),
  );
  let vectors = 0;
  const starts = targets.map(({ length }) => LINE_SHARES * ((vectors += length) - length));
  const words = targets.flatMap((group, i) =>
    group.flatMap((target, k) => [at(starts, i) + k, group.length, target]),
  );
  const vectorBytes = VECTOR * WORD;
  const { STORAGE, COPY_DST } = GPUBufferUsage;
  const create = (label: string, size: number): GPUBuffer =>
    device.createBuffer({ label, size, usage: STORAGE | COPY_DST });
  const sums = create("sums over lines", words.length * WORD);
  const shares = create("shares of sums", LINE_SHARES * vectors * vectorBytes);
  device.queue.writeBuffer(sums, 0, Uint32Array.from(words));
  return {
    /** Number of vectors summed. */
    vectors,
    views: { sums: { buffer: sums }, shares: { buffer: shares } },
    /** The range of the shares of a group. */
    block: (group: number): BufferView => ({
      buffer: shares,
      offset: at(starts, group) * vectorBytes,
      size: LINE_SHARES * at(targets, group).length * vectorBytes,
    }),
  };
}
