/** Records what an adapter needs between a decoder's products; without an adapter nothing. */
import type { LowRankWeights } from "../../weights/decoderWeights.ts";
import type { BufferView, GraphBuilder, Scratch } from "../../recording/graph.ts";
import type { lowRankInputs } from "./lowRank.ts";
import { DOWN, GATE_UP, innerParts, innerWidth, OUTPUT, QKV } from "../../weights/lowRank.ts";

/** Inner vectors of a layer's parts, together where parts share their input. */
export interface Inner {
  readonly qkv: Scratch;
  readonly output: Scratch;
  readonly gateUp: Scratch;
  readonly down: Scratch;
}

/** What all steps between two products bind. */
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

  /** `lines` makes scratch memory of a width for all lines. */
  constructor(
    builder: GraphBuilder,
    kernels: ReturnType<typeof lowRankInputs>,
    adapter: LowRankWeights | null,
    lines: (width: number) => Scratch,
  ) {
    [this.#builder, this.#kernels, this.#adapter, this.#lines] = [builder, kernels, adapter, lines];
  }

  /** Room for the inner vectors of a layer. */
  inner(): Inner {
    const of = (parts: readonly string[]): Scratch =>
      this.#lines(innerWidth(innerParts(this.#adapter?.lowRank ?? null, parts)));
    return { qkv: of(QKV), output: of([OUTPUT]), gateUp: of(GATE_UP), down: of([DOWN]) };
  }

  /** What a layer's products bind of the adapter. */
  bound(layer: number): { readonly adapter?: BufferView } {
    return this.#adapter === null ? {} : { adapter: this.#adapter.layerView(layer) };
  }

  /** Before a layer's attention; `previous` are the inner vectors of the layer before, unless x is complete already. */
  enterAttention(layer: number, between: Between, { qkv }: Inner, previous: Inner | null): void {
    const { enterFirst, enterAttention } = this.#kernels;
    const kernel = previous === null ? enterFirst : enterAttention;
    if (kernel === null) return;
    const before = previous === null ? {} : { before: previous.down, previous: this.#view(layer - 1) };
    this.#builder.add(kernel, { ...between, ...this.bound(layer), ...before, inner: qkv });
  }

  /** Between a layer's attention and its MLP. */
  enterMlp(layer: number, between: Between, { output, gateUp }: Inner): void {
    const { enterMlp } = this.#kernels;
    if (enterMlp === null) return;
    const before = { before: output, previous: this.#view(layer) };
    this.#builder.add(enterMlp, { ...between, ...this.bound(layer), ...before, inner: gateUp });
  }

  /** After the last layer, of this number. */
  leave(layer: number, between: Omit<Between, "layer">, { down }: Inner): void {
    const { leave } = this.#kernels;
    if (leave !== null) this.#builder.add(leave, { ...between, before: down, previous: this.#view(layer) });
  }

  #view(layer: number): BufferView {
    if (this.#adapter === null) throw new Error("there is no adapter");
    return this.#adapter.layerView(layer);
  }
}
