/** A decoding graph with the buffers that move and read its rows. */
import { createDecodeGraph, type Capacity, type DecodeGraph } from "./decodeGraph.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights } from "../weights/decoderWeights.ts";
import type { Gpu } from "../device/device.ts";
import type { Pipelines } from "../recording/graph.ts";
import { ReadRing } from "../recording/readRing.ts";
import { OUTPUT_TOKENS, OUTPUT_WORDS, ROW_WORDS } from "../layout/rowState.ts";

const WORD = Uint32Array.BYTES_PER_ELEMENT;
/** Bytes of the state of a row. */
export const ROW_BYTES = ROW_WORDS * WORD;
/** Bytes of the outputs of a row. */
export const OUTPUT_BYTES = OUTPUT_TOKENS * OUTPUT_WORDS * WORD;

export interface Workspace extends DecodeGraph {
  /** Holds row states during a prefill and while rows are moved. */
  readonly spare: GPUBuffer;
  /** Two staging copies of rows and outputs: one is read while the other is written. */
  readonly ring: ReadRing;
}

/** Allocates and compiles a workspace. */
export async function createWorkspace(
  gpu: Gpu,
  pipelines: Pipelines,
  weights: DecoderWeights,
  shape: DecoderShape,
  capacity: Capacity,
): Promise<Workspace> {
  const graph = await createDecodeGraph(gpu, pipelines, weights, shape, capacity);
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const spare = gpu.device.createBuffer({ label: "spare rows", size: capacity.rows * ROW_BYTES, usage });
  const ring = new ReadRing(gpu.device, capacity.rows * (ROW_BYTES + OUTPUT_BYTES), 2);
  const dispose = (): void => {
    graph.dispose();
    spare.destroy();
    ring.dispose();
  };
  return { ...graph, spare, ring, dispose };
}

/** The maximum of two capacities, field by field. */
export function larger(a: Capacity, b: Capacity): Capacity {
  return {
    lines: Math.max(a.lines, b.lines),
    rows: Math.max(a.rows, b.rows),
    entries: Math.max(a.entries, b.entries),
  };
}
