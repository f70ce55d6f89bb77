/**
 * The decoder as a graph: five kernels per layer, one more for normed heads, two more with an adapter; three others embed
 * the token of each line and sample the next.
 */
import { addProjection } from "../kernels/addProjection/addProjection.ts";
import { attend } from "../kernels/attend/attend.ts";
import { attendTogether } from "../kernels/attend/attendTogether.ts";
import { embed } from "../kernels/embed/embed.ts";
import { gatedHidden } from "../kernels/gatedHidden/gatedHidden.ts";
import { head } from "../kernels/head/head.ts";
import { lowRankInputs } from "../kernels/lowRank/lowRank.ts";
import { normHeads } from "../kernels/normHeads/normHeads.ts";
import { projectQkv } from "../kernels/projectQkv/projectQkv.ts";
import { sample } from "../kernels/sample/sample.ts";
import { entryBytes } from "./batchCapacity.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights, TokenRange } from "../weights/decoderWeights.ts";
import type { Gpu } from "../device/device.ts";
import { normedWidth, queryWidth } from "../layout/headPadding.ts";
import {
  GraphBuilder,
  type BufferView,
  type Graph,
  type Pipelines,
  type Scratch,
} from "../recording/graph.ts";
import { TILE } from "../recording/kernel.ts";
import { DOWN, GATE_UP, OUTPUT, QKV } from "../weights/lowRank.ts";
import { LowRankPass, type Inner } from "../kernels/lowRank/lowRankPass.ts";
import { BATCH_BYTES, OUTPUT_TOKENS, OUTPUT_WORDS, ROW_WORDS } from "../layout/rowState.ts";
import { ropeTable } from "../layout/ropeTable.ts";
import { usualTeams, type Teams } from "../kernelVariants/teams.ts";
import type { DecodeVariants } from "../kernelVariants/variants.ts";
import { EMBEDDING, headMatrix, NORM } from "../../decoder/parameterNames.ts";

/** Sizes that a graph is allocated for. */
export interface Capacity {
  /** Lines computed together: rows in decoding, prompt tokens in the prefill. */
  readonly lines: number;
  /** Rows decoded together; at most `lines`. */
  readonly rows: number;
  /** KV cache entries. */
  readonly entries: number;
}

const WORD = 4;
const [[QUERIES], [GATE]] = [QKV, GATE_UP];

/** The kernels, and the buffers that persist between passes. */
export interface DecodeGraph {
  readonly graph: Graph;
  /** Number of leading kernels that fill the cache, which the prefill runs. */
  readonly cacheKernels: number;
  readonly capacity: Capacity;
  /** Bytes of the KV cache of all layers. */
  readonly cacheBytes: number;
  /** State of each line, `ROW_WORDS` words each. */
  readonly rows: GPUBuffer;
  /** Settings of the batch. */
  readonly settings: GPUBuffer;
  /** Latest tokens of each row, `OUTPUT_WORDS` words each. */
  readonly outputs: GPUBuffer;
  readonly dispose: () => void;
}

/** Allocates and compiles the graph of a decoder. */
export async function createDecodeGraph(
  gpu: Gpu,
  pipelines: Pipelines,
  weights: DecoderWeights,
  shape: DecoderShape,
  capacity: Capacity,
): Promise<DecodeGraph> {
  const cacheBytes = capacity.entries * entryBytes(shape);
  const buffers = allocate(gpu.device, shape, capacity, cacheBytes);
  const builder = new GraphBuilder(gpu.device, pipelines, "sampling");
  const { decode, teams } = gpu.variants;
  const kernels = decoderKernels(shape, weights, teams ?? usualTeams(shape), decode);
  const cacheKernels = record(builder, kernels, weights, shape, capacity, buffers);
  const graph = await builder.build();
  const { rows, settings, outputs } = buffers;
  const owned = [rows, settings, outputs, buffers.rope, ...buffers.caches];
  const dispose = (): void => {
    graph.dispose();
    for (const buffer of owned) buffer.destroy();
  };
  return {
    graph,
    cacheKernels,
    capacity,
    cacheBytes: cacheBytes * shape.layers,
    rows,
    settings,
    outputs,
    dispose,
  };
}

interface Buffers {
  readonly rows: GPUBuffer;
  readonly settings: GPUBuffer;
  readonly outputs: GPUBuffer;
  readonly rope: GPUBuffer;
  /** KV cache of each layer [entries, 2*Hkv*hd], with the stored head dimension. */
  readonly caches: readonly GPUBuffer[];
}

/** Lines rounded up to whole tiles. */
const padded = (lines: number): number => Math.ceil(lines / TILE) * TILE;

function allocate(device: GPUDevice, shape: DecoderShape, capacity: Capacity, cacheBytes: number): Buffers {
  const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const buffer = (label: string, words: number, usage = STORAGE | COPY_SRC | COPY_DST): GPUBuffer =>
    device.createBuffer({ label, size: words * WORD, usage });
  const table = ropeTable(Math.min(shape.maxPositions, capacity.entries), shape);
  const rope = buffer("rotary embedding", table.length);
  device.queue.writeBuffer(rope, 0, table);
  return {
    rows: buffer("rows", padded(capacity.lines) * ROW_WORDS),
    settings: buffer("settings", BATCH_BYTES / WORD, UNIFORM | COPY_DST),
    outputs: buffer("outputs", capacity.rows * OUTPUT_TOKENS * OUTPUT_WORDS),
    rope,
    caches: Array.from({ length: shape.layers }, () => buffer("keys and values", cacheBytes / WORD)),
  };
}

/** Records all kernels; returns the number that the prefill runs. */
function record(
  builder: GraphBuilder,
  kernels: ReturnType<typeof decoderKernels>,
  weights: DecoderWeights,
  shape: DecoderShape,
  capacity: Capacity,
  buffers: Buffers,
): number {
  const x = scratch(capacity.lines, shape.width);
  const logits = scratch(capacity.rows, shape.vocabulary);
  const batch: BufferView = { buffer: buffers.settings };
  const rows: BufferView = { buffer: buffers.rows };
  const lines = (width: number) => scratch(capacity.lines, width);
  const lowRank = new LowRankPass(builder, kernels, weights.adapter, lines);
  const layers = { builder, kernels, weights, lowRank, shape, buffers, lines };
  for (const shard of weights.shards(EMBEDDING))
    builder.add(kernels.embed(shard), { batch, rows, matrix: shard.matrix, x });
  let cacheKernels = 0;
  let previous: Inner | null = null;
  for (let i = 0; i < shape.layers; i++)
    ({ cacheKernels, inner: previous } = recordLayer(layers, i, x, previous));
  if (previous !== null) lowRank.leave(shape.layers - 1, { batch, x }, previous);
  const norm = weights.view(NORM);
  for (const shard of weights.shards(headMatrix(shape)))
    builder.add(kernels.head(shard), { batch, x, norm, matrix: shard.matrix, logits });
  builder.add(kernels.sample, { batch, logits, rows, outputs: { buffer: buffers.outputs } });
  return cacheKernels;
}

const scratch = (lines: number, width: number): Scratch => ({ bytes: padded(lines) * width * WORD });

/** State shared by the recording of all layers. */
interface Layers {
  readonly builder: GraphBuilder;
  readonly kernels: ReturnType<typeof decoderKernels>;
  readonly weights: DecoderWeights;
  readonly lowRank: LowRankPass;
  readonly shape: DecoderShape;
  readonly buffers: Buffers;
  readonly lines: (width: number) => Scratch;
}

/** Records a layer; returns the number of kernels up to its keys and values, and its inner vectors. */
function recordLayer(layers: Layers, i: number, x: Scratch, previous: Inner | null) {
  const { builder, kernels, weights, lowRank, shape, buffers, lines } = layers;
  const batch: BufferView = { buffer: buffers.settings };
  const rows: BufferView = { buffer: buffers.rows };
  const rope: BufferView = { buffer: buffers.rope };
  const cache: BufferView = { buffer: buffers.caches[i] as GPUBuffer }; // one for each layer
  const layer = (part: string) => ({ layer: weights.layerView(i, part), ...lowRank.bound(i) });
  const [queries, context] = [lines(queryWidth(shape)), lines(queryWidth(shape))];
  const [heads, hidden] = [lines(normedWidth(shape)), lines(shape.hiddenWidth)];
  const inner = lowRank.inner();
  lowRank.enterAttention(i, { batch, x, ...layer(QUERIES) }, inner, previous);
  const projected = { batch, rows, ...layer(QUERIES), rope, heads, queries, cache };
  builder.add(kernels.projectQkv, { ...projected, x, inner: inner.qkv });
  if (kernels.normHeads !== null) builder.add(kernels.normHeads, projected);
  const cacheKernels = builder.length; // the prefill needs only keys and values of the last layer
  builder.add(kernels.attend, { batch, rows, queries, cache, context });
  builder.add(kernels.addAttention, { batch, input: context, ...layer(OUTPUT), x, inner: inner.output });
  lowRank.enterMlp(i, { batch, x, ...layer(GATE) }, inner);
  builder.add(kernels.gatedHidden, { batch, x, ...layer(GATE), hidden, inner: inner.gateUp });
  builder.add(kernels.addMlp, { batch, input: hidden, ...layer(DOWN), x, inner: inner.down });
  return { cacheKernels, inner };
}

/** Decoding kernels of a decoder with these weights. */
export function decoderKernels(
  shape: DecoderShape,
  { layer, tokens, adapter }: Pick<DecoderWeights, "layer" | "tokens" | "adapter">,
  teams: Teams,
  variants: DecodeVariants,
) {
  const lowRank = adapter?.lowRank ?? null;
  return {
    ...lowRankInputs(shape, layer, lowRank, 1),
    embed: (range: TokenRange) => embed(shape, tokens, range),
    projectQkv: projectQkv(shape, layer, variants.projectQkv, lowRank),
    normHeads: shape.qkNorm ? normHeads(shape, layer) : null,
    attend: teams.attend === 1 ? attend(shape) : attendTogether(shape, teams.attend),
    addAttention: addProjection(layer, OUTPUT, false, variants.addAttention, lowRank),
    gatedHidden: gatedHidden(shape, layer, false, variants.gatedHidden, lowRank),
    addMlp: addProjection(layer, DOWN, false, variants.addMlp, lowRank),
    head: (range: TokenRange) => head(shape, variants.head, tokens, range),
    sample: sample(shape, teams.sample),
  };
}
