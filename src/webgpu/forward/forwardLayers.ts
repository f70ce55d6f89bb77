/** The layers of a decoder's forward pass, as sampling, scoring and training record them. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { addProjection } from "../kernels/addProjection/addProjection.ts";
import { gatedHidden } from "../kernels/gatedHidden/gatedHidden.ts";
import { lowRankInputs } from "../kernels/lowRank/lowRank.ts";
import { normHeads } from "../kernels/normHeads/normHeads.ts";
import { projectQkv } from "../kernels/projectQkv/projectQkv.ts";
import type { DecodeVariants } from "../kernelVariants/variants.ts";
import { normedWidth, queryWidth } from "../layout/headPadding.ts";
import type { BufferView, GraphBuilder, Scratch } from "../recording/graph.ts";
import type { Kernel } from "../recording/kernel.ts";
import type { DecoderWeights } from "../weights/decoderWeights.ts";
import { DOWN, GATE_UP, innerParts, innerWidth, OUTPUT, QKV } from "../weights/lowRank.ts";

/** One part of each group that kernels read together. */
const [[QUERIES], [GATE]] = [QKV, GATE_UP];

/** Inner vectors of an adapter in a layer, concatenated for parts that share their input. */
export interface Inner {
  readonly qkv: Scratch;
  readonly output: Scratch;
  readonly gateUp: Scratch;
  readonly down: Scratch;
}

/** Activations of a layer that its backward pass reads. */
export interface Activations {
  readonly x: Scratch;
  /** Queries and keys before the norm of their heads, if they are normed. */
  readonly heads: Scratch;
  readonly queries: Scratch;
  readonly cache: BufferView | Scratch;
  readonly context: Scratch;
  readonly totals: Scratch;
  /** The residual stream after attention. */
  readonly middle: Scratch;
  readonly gates: Scratch;
  readonly ups: Scratch;
  readonly inner: Inner;
}

/** Kernels of a layer except attention. With `keep`, they also store what the backward pass reads. */
export function layerKernels(
  shape: DecoderShape,
  { layer, adapter }: Pick<DecoderWeights, "layer" | "adapter">,
  variants: Omit<DecodeVariants, "head">,
  { keep, adapterLines }: { readonly keep: boolean; readonly adapterLines: number },
) {
  const lowRank = adapter?.lowRank ?? null;
  return {
    ...lowRankInputs(shape, layer, lowRank, adapterLines),
    projectQkv: projectQkv(shape, layer, variants.projectQkv, lowRank),
    normHeads: shape.qkNorm ? normHeads(shape, layer) : null,
    addAttention: addProjection(layer, OUTPUT, keep, variants.addAttention, lowRank),
    gatedHidden: gatedHidden(shape, layer, keep, variants.gatedHidden, lowRank),
    addMlp: addProjection(layer, DOWN, keep, variants.addMlp, lowRank),
  };
}

/** Inputs of all layers. */
interface Inputs {
  readonly builder: GraphBuilder;
  readonly kernels: ReturnType<typeof layerKernels> & { readonly attend: Kernel };
  readonly shape: DecoderShape;
  readonly weights: DecoderWeights;
  readonly batch: BufferView;
  readonly rows: BufferView;
  readonly rope: BufferView;
  /** Creates scratch memory of a given width for all lines. */
  readonly lines: (width: number) => Scratch;
  /** Keeps activations for the backward pass. */
  readonly keep: boolean;
}

export class ForwardLayers {
  /** Number of kernels up to the keys and values of the latest layer. */
  cacheKernels = 0;
  readonly #inputs: Inputs;
  /** Inner vectors of the previous layer. */
  #inner: Inner | null = null;

  constructor(inputs: Inputs) {
    this.#inputs = inputs;
  }

  /** Records a layer; `cache` receives its keys and values. */
  layer(i: number, x: Scratch, cache: BufferView | Scratch): { kept: Activations; output: Scratch } {
    const { builder, kernels, shape, batch, lines, keep } = this.#inputs;
    const [kept, hidden] = this.#untilMlp(i, x, cache, this.#inner);
    const output = keep ? lines(shape.width) : x;
    const added = { input: hidden, x: kept.middle, sum: output, inner: kept.inner.down };
    builder.add(kernels.addMlp, { batch, ...this.#layer(i, DOWN), ...added });
    this.#inner = kept.inner;
    return { kept, output };
  }

  /** Recomputes the activations of a layer from its input, except for the inner vectors of the last product. */
  again(i: number, { x, inner }: Activations, cache: Scratch): Activations {
    const [kept] = this.#untilMlp(i, x, cache, null);
    return { ...kept, inner: { ...kept.inner, down: inner.down } };
  }

  /** Completes the output x of the last layer with its adapter's product. */
  end(x: Scratch): void {
    const { batch, shape } = this.#inputs;
    if (this.#inner === null) return;
    this.#enter("leave", {
      batch,
      x,
      before: this.#inner.down,
      ...this.#adapter("previous", shape.layers - 1),
    });
  }

  /** Records a layer up to the MLP's hidden state; `previous` are the inner vectors to add to x first. */
  #untilMlp(
    i: number,
    x: Scratch,
    cache: BufferView | Scratch,
    previous: Inner | null,
  ): [Activations, Scratch] {
    const { builder, kernels, shape, batch, rows, rope, lines } = this.#inputs;
    const kept = this.#allocate(x, cache);
    const { heads, queries, context, totals, middle, gates, ups, inner } = kept;
    const hidden = lines(shape.hiddenWidth);
    const qkv = this.#layer(i, QUERIES);
    const before = previous === null ? {} : { before: previous.down, ...this.#adapter("previous", i - 1) };
    const enter = previous === null ? "enterFirst" : "enterAttention";
    this.#enter(enter, { batch, x, ...qkv, ...before, inner: inner.qkv });
    const projected = { batch, rows, ...qkv, rope, heads, queries, cache };
    builder.add(kernels.projectQkv, { ...projected, x, inner: inner.qkv });
    if (kernels.normHeads !== null) builder.add(kernels.normHeads, projected);
    this.cacheKernels = builder.length;
    builder.add(kernels.attend, { batch, rows, queries, cache, context, totals });
    const attended = { input: context, x, sum: middle, inner: inner.output };
    builder.add(kernels.addAttention, { batch, ...this.#layer(i, OUTPUT), ...attended });
    const gated = { batch, x: middle, ...this.#layer(i, GATE), inner: inner.gateUp };
    this.#enter("enterMlp", { ...gated, before: inner.output, ...this.#adapter("previous", i) });
    builder.add(kernels.gatedHidden, { ...gated, hidden, gates, ups });
    return [kept, hidden];
  }

  /** Creates the memory of a layer's activations. Without `keep`, the residual stream is updated in place. */
  #allocate(x: Scratch, cache: BufferView | Scratch): Activations {
    const { shape, weights, lines, keep } = this.#inputs;
    const innerOf = (parts: readonly string[]): Scratch =>
      lines(innerWidth(innerParts(weights.adapter?.lowRank ?? null, parts)));
    return {
      x,
      heads: lines(normedWidth(shape)),
      queries: lines(queryWidth(shape)),
      cache,
      context: lines(queryWidth(shape)),
      totals: lines(2 * shape.heads),
      middle: keep ? lines(shape.width) : x,
      gates: lines(shape.hiddenWidth),
      ups: lines(shape.hiddenWidth),
      inner: {
        qkv: innerOf(QKV),
        output: innerOf([OUTPUT]),
        gateUp: innerOf(GATE_UP),
        down: innerOf([DOWN]),
      },
    };
  }

  /** Records a kernel of the adapter, if there is anything to do. */
  #enter(
    name: "enterFirst" | "enterAttention" | "enterMlp" | "leave",
    bound: Readonly<Record<string, BufferView | Scratch>>,
  ): void {
    const kernel = this.#inputs.kernels[name];
    if (kernel !== null) this.#inputs.builder.add(kernel, bound);
  }

  /** Bindings of a product of a layer. */
  #layer(i: number, part: string) {
    return { layer: this.#inputs.weights.layerView(i, part), ...this.#adapter("adapter", i) };
  }

  /** Binding of a layer's adapter, if there is one. */
  #adapter(name: string, layer: number): Readonly<Record<string, BufferView>> {
    const { adapter } = this.#inputs.weights;
    return adapter === null ? {} : { [name]: adapter.layerView(layer) };
  }
}
