/** Records the kernels of an adapter between the products of a decoder; nothing without an adapter. */
import type { LowRankWeights } from "../../weights/decoderWeights.ts";
import type { BufferView, GraphBuilder, Scratch } from "../../recording/graph.ts";
import type { lowRankInputs } from "./lowRank.ts";
import { DOWN, GATE_UP, innerParts, innerWidth, OUTPUT, QKV } from "../../weights/lowRank.ts";

/** Inner vectors of a layer, concatenated for parts that share their input. */
export interface Inner {
  readonly qkv: Scratch;
  readonly output: Scratch;
  readonly gateUp: Scratch;
  readonly down: Scratch;
}

/** Bindings of all steps between two products. */
interface Between {
  readonly batch: BufferView;
  readonly x: Scratch;
  readonly layer: BufferView;
}

export class LowRankPass {
  readonly #builder: GraphBuilder;
  readonly #kernels: ReturnType<typeof lowRankInputs>;
  readonly #adapter: LowRankWeights | null;
  readonly #lines: (width: number) => Scratch;

  /** `lines` creates scratch memory of a given width for all lines. */
  constructor(
    builder: GraphBuilder,
    kernels: ReturnType<typeof lowRankInputs>,
    adapter: LowRankWeights | null,
    lines: (width: number) => Scratch,
  ) {
    [this.#builder, this.#kernels, this.#adapter, this.#lines] = [builder, kernels, adapter, lines];
  }

  /** Creates scratch memory for the inner vectors of a layer. */
  inner(): Inner {
    const of = (parts: readonly string[]): Scratch =>
      this.#lines(innerWidth(innerParts(this.#adapter?.lowRank ?? null, parts)));
    return { qkv: of(QKV), output: of([OUTPUT]), gateUp: of(GATE_UP), down: of([DOWN]) };
  }

  /** Adapter bindings of the products of a layer. */
  bound(layer: number): { readonly adapter?: BufferView } {
    return this.#adapter === null ? {} : { adapter: this.#adapter.layerView(layer) };
  }

  /** Before the attention of a layer; `previous` are the inner vectors of the layer before, or null if x is complete. */
  enterAttention(layer: number, between: Between, { qkv }: Inner, previous: Inner | null): void {
    const { enterFirst, enterAttention } = this.#kernels;
    const kernel = previous === null ? enterFirst : enterAttention;
    if (kernel === null) return;
    const before = previous === null ? {} : { before: previous.down, previous: this.#view(layer - 1) };
    this.#builder.add(kernel, { ...between, ...this.bound(layer), ...before, inner: qkv });
  }

  /** Between attention and MLP of a layer. */
  enterMlp(layer: number, between: Between, { output, gateUp }: Inner): void {
    const { enterMlp } = this.#kernels;
    if (enterMlp === null) return;
    const before = { before: output, previous: this.#view(layer) };
    this.#builder.add(enterMlp, { ...between, ...this.bound(layer), ...before, inner: gateUp });
  }

  /** After the last layer, of index `layer`. */
  leave(layer: number, between: Omit<Between, "layer">, { down }: Inner): void {
    const { leave } = this.#kernels;
    if (leave !== null) this.#builder.add(leave, { ...between, before: down, previous: this.#view(layer) });
  }

  #view(layer: number): BufferView {
    if (this.#adapter === null) throw new Error("there is no adapter");
    return this.#adapter.layerView(layer);
  }
}
