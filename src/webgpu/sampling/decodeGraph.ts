/**
 * The decoder as a graph: five kernels per layer, one more for normed heads, two more with an adapter; three others embed
 * the token of each line and sample the next.
 */
import { attend } from "../kernels/attend/attend.ts";
import { attendTogether } from "../kernels/attend/attendTogether.ts";
import { embed } from "../kernels/embed/embed.ts";
import { head } from "../kernels/head/head.ts";
import { sample } from "../kernels/sample/sample.ts";
import { entryBytes } from "./batchCapacity.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights, TokenRange } from "../weights/decoderWeights.ts";
import type { Gpu } from "../device/device.ts";
import { ForwardLayers, layerKernels } from "../forward/forwardLayers.ts";
import { GraphBuilder, Pipelines, type BufferView, type Graph, type Scratch } from "../recording/graph.ts";
import { TILE } from "../recording/kernel.ts";
import { ReadRing } from "../recording/readRing.ts";
import { BATCH_BYTES, OUTPUT_TOKENS, OUTPUT_WORDS, ROW_WORDS } from "../layout/rowState.ts";
import { ropeTable } from "../layout/ropeTable.ts";
import { usualTeams, type Teams } from "../kernelVariants/variants.ts";
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

const WORD = Uint32Array.BYTES_PER_ELEMENT;
/** Bytes of the state of a row. */
export const ROW_BYTES = ROW_WORDS * WORD;
/** Bytes of the outputs of a row. */
export const OUTPUT_BYTES = OUTPUT_TOKENS * OUTPUT_WORDS * WORD;

/** Buffers that persist between passes. */
interface Buffers {
  /** State of each line, `ROW_WORDS` words each. */
  readonly rows: GPUBuffer;
  /** Settings of the batch. */
  readonly settings: GPUBuffer;
  /** Latest tokens of each row, `OUTPUT_WORDS` words each. */
  readonly outputs: GPUBuffer;
  /** Holds row states during a prefill and while rows are moved. */
  readonly spare: GPUBuffer;
  readonly rope: GPUBuffer;
  /** KV cache of each layer [entries, 2*Hkv*hd], with the stored head dimension. */
  readonly caches: readonly GPUBuffer[];
}

export interface DecodeGraph extends Buffers {
  readonly graph: Graph;
  /** Number of leading kernels that fill the cache, which the prefill runs. */
  readonly cacheKernels: number;
  readonly capacity: Capacity;
  /** Bytes of the KV cache of all layers. */
  readonly cacheBytes: number;
  /** Two staging copies of rows and outputs: one is read while the other is written. */
  readonly ring: ReadRing;
  readonly dispose: () => void;
}

/** Allocates and compiles the graph of a decoder. */
export async function createDecodeGraph(
  gpu: Gpu,
  weights: DecoderWeights,
  shape: DecoderShape,
  capacity: Capacity,
): Promise<DecodeGraph> {
  const cacheBytes = capacity.entries * entryBytes(shape);
  const buffers = allocate(gpu.device, shape, capacity, cacheBytes);
  const builder = new GraphBuilder(gpu.device, Pipelines.of(gpu.device), "sampling");
  const { decode, teams } = gpu.variants;
  const kernels = decoderKernels(shape, weights, teams ?? usualTeams(shape), decode);
  const cacheKernels = record(builder, kernels, weights, shape, capacity, buffers);
  const graph = await builder.build();
  const ring = new ReadRing(gpu.device, capacity.rows * (ROW_BYTES + OUTPUT_BYTES), 2);
  const dispose = (): void => {
    for (const part of [graph, ring]) part.dispose();
    for (const buffer of Object.values(buffers).flat() as GPUBuffer[]) buffer.destroy();
  };
  return { graph, ring, cacheKernels, capacity, cacheBytes: cacheBytes * shape.layers, ...buffers, dispose };
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
    spare: buffer("spare rows", capacity.rows * ROW_WORDS, COPY_SRC | COPY_DST),
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
  const rope: BufferView = { buffer: buffers.rope };
  const lines = (width: number) => scratch(capacity.lines, width);
  const shared = { builder, kernels, weights, shape, batch, rows, rope };
  const layers = new ForwardLayers({ ...shared, lines, keep: false });
  for (const shard of weights.shards(EMBEDDING))
    builder.add(kernels.embed(shard), { batch, rows, matrix: shard.matrix, x });
  for (const [i, buffer] of buffers.caches.entries()) layers.layer(i, x, { buffer });
  layers.end(x);
  const norm = weights.view(NORM);
  for (const shard of weights.shards(headMatrix(shape)))
    builder.add(kernels.head(shard), { batch, x, norm, matrix: shard.matrix, logits });
  builder.add(kernels.sample, { batch, logits, rows, outputs: { buffer: buffers.outputs } });
  return layers.cacheKernels; // the prefill needs only keys and values of the last layer
}

const scratch = (lines: number, width: number): Scratch => ({ bytes: padded(lines) * width * WORD });

/** Decoding kernels of a decoder with these weights. */
export function decoderKernels(
  shape: DecoderShape,
  weights: Pick<DecoderWeights, "layer" | "tokens" | "adapter">,
  teams: Teams,
  variants: DecodeVariants,
) {
  const { tokens } = weights;
  return {
    ...layerKernels(shape, weights, variants, { keep: false, adapterLines: 1 }),
    embed: (range: TokenRange) => embed(shape, tokens, range),
    attend: teams.attend === 1 ? attend(shape) : attendTogether(shape, teams.attend),
    head: (range: TokenRange) => head(shape, variants.head, tokens, range),
    sample: sample(shape, teams.sample),
  };
}
