/** Gradients of the trained parameters in a backward pass: of all parameters, or of an adapter on frozen weights. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights, LowRankWeights } from "../weights/decoderWeights.ts";
import type { BufferView, GraphBuilder, Scratch } from "../recording/graph.ts";
import { addLineSums } from "../kernels/lineSums/lineSums.ts";
import type { LineSumPlan } from "./lineSumPlan.ts";
import type { Inner } from "../kernels/lowRank/lowRankPass.ts";
import type { ParameterBuffer } from "../weights/parameterBuffer.ts";
import { factorKernels, valueSums, wholeGradientKernels, type ProductGroup } from "./trainKernels.ts";
import type { TrainingUpload } from "./trainingUpload.ts";
import type { TrainVariants } from "../kernelVariants/variants.ts";
import { EMBEDDING } from "../../decoder/parameterNames.ts";

type Bound = Readonly<Record<string, BufferView | Scratch>>;

/** Indices of the sizes of a batch. */
export const SCORED = 1;
const TOKENS = 2;

export interface ParameterGradients {
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
export class WholeGradients implements ParameterGradients {
  readonly #builder: GraphBuilder;
  readonly #kernels: ReturnType<typeof wholeGradientKernels>;
  readonly #gradients: ParameterBuffer;
  readonly #sums: LineSumPlan;
  readonly #upload: TrainingUpload["views"];
  readonly #layers: number;

  constructor(
    builder: GraphBuilder,
    shape: DecoderShape,
    gradients: ParameterBuffer,
    sums: LineSumPlan,
    upload: TrainingUpload["views"],
    { value, variants }: { readonly value: boolean; readonly variants: TrainVariants },
  ) {
    this.#kernels = wholeGradientKernels(shape, gradients.layout.layer, value, variants);
    [this.#builder, this.#gradients, this.#sums] = [builder, gradients, sums];
    [this.#upload, this.#layers] = [upload, shape.layers];
  }

  inner(): Bound {
    return {};
  }

  add(group: ProductGroup, layer: number, _: Inner, bound: Bound): void {
    const gradients = this.#gradients.layerView(layer);
    this.#builder.add(this.#kernels[`${group}Gradient`], { ...bound, gradients });
    if (group !== "gateUp" && group !== "qkv") return;
    const ofMlp = group === "gateUp";
    const { input, normed } = bound as Record<"input" | "normed", Scratch>; // bound for groups after a norm
    const shares = this.#sums.block(2 * layer + (ofMlp ? 1 : 0));
    const summed = { ...bound, x: input, gradient: normed, shares };
    this.#builder.add(ofMlp ? this.#kernels.mlpSums : this.#kernels.inputSums, summed);
  }

  head(bound: Bound): void {
    const shares = this.#sums.block(2 * this.#layers);
    this.#builder.add(this.#kernels.headSums, { ...bound, shares }, SCORED);
  }

  end(gradient: Scratch): void {
    const { tokenBatch: batch, tokenLines: tokens, sortedLines: lines } = this.#upload;
    const embedding = this.#gradients.view(EMBEDDING);
    const bound = { batch, tokens, lines, gradient, gradients: embedding };
    this.#builder.add(this.#kernels.embeddingGradient, bound, TOKENS);
    const { vectors, sums, shares } = this.#sums;
    this.#builder.add(addLineSums(vectors), { sums, shares, gradients: { buffer: this.#gradients.buffer } });
  }
}

/** Gradients of an adapter's factors, and of a value head if there is a plan of its line sums. */
export class FactorGradients implements ParameterGradients {
  readonly #builder: GraphBuilder;
  readonly #kernels: ReturnType<typeof factorKernels>;
  readonly #gradients: ParameterBuffer;
  readonly #adapter: LowRankWeights;
  readonly #shape: DecoderShape;
  readonly #sums: LineSumPlan | null;
  readonly #lines: (width: number) => Scratch;

  /** `lines` creates scratch memory of a given width for all lines. */
  constructor(
    builder: GraphBuilder,
    shape: DecoderShape,
    { layer }: DecoderWeights,
    adapter: LowRankWeights,
    {
      gradients,
      sums,
      variants,
    }: {
      readonly gradients: ParameterBuffer;
      readonly sums: LineSumPlan | null;
      readonly variants: TrainVariants;
    },
    lines: (width: number) => Scratch,
  ) {
    this.#kernels = factorKernels(shape, layer, adapter.lowRank, variants);
    [this.#shape, this.#sums] = [shape, sums];
    [this.#builder, this.#gradients, this.#adapter, this.#lines] = [builder, gradients, adapter, lines];
  }

  inner(group: ProductGroup, layer: number, outputs: Bound): Bound {
    const kernels = this.#kernels[group];
    if (kernels === null) return {};
    const bound = { adapter: this.#adapter.layerView(layer), innerGradient: this.#lines(kernels.width) };
    this.#builder.add(kernels.inner, { ...outputs, ...bound });
    return bound;
  }

  add(group: ProductGroup, layer: number, inner: Inner, bound: Bound): void {
    const kernels = this.#kernels[group];
    if (kernels === null) return;
    const gradients = this.#gradients.layerView(layer);
    this.#builder.add(kernels.factors, { ...bound, inner: inner[group], gradients });
  }

  head(bound: Bound): void {
    if (this.#sums === null) return;
    this.#builder.add(valueSums(this.#shape), { ...bound, shares: this.#sums.block(0) }, SCORED);
  }

  end(): void {
    if (this.#sums === null) return;
    const { vectors, sums, shares } = this.#sums;
    this.#builder.add(addLineSums(vectors), { sums, shares, gradients: { buffer: this.#gradients.buffer } });
  }
}
