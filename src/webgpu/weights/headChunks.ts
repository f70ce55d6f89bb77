/** Chunks of the vocabulary for the head's backward pass, at most as wide as the MLP's hidden state, whose memory they reuse. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { TokenShard } from "./decoderWeights.ts";
import type { BufferView } from "../recording/graph.ts";

/** The shard that contains a chunk, the gradients of its rows, and its settings. */
export interface HeadChunk {
  readonly matrix: BufferView;
  /** Absent if the head is frozen. */
  readonly gradients?: BufferView;
  readonly chunk: BufferView;
}

/** Words of the settings of a chunk: `Chunk` of the headBackward kernels. */
const CHUNK_WORDS = 4;

const FLOAT = 4;
/** Alignment of bound ranges in bytes, as WebGPU requires. */
const ALIGNMENT = 256;

/** Tokens of a chunk: a multiple of four whose rows start at an aligned offset. */
export function chunkTokens({ width, hiddenWidth, vocabulary }: DecoderShape): number {
  let step = 4;
  while ((step * width * FLOAT) % ALIGNMENT !== 0) step *= 2;
  const fitting = Math.max(1, Math.floor(hiddenWidth / step));
  return step * Math.min(fitting, Math.ceil(vocabulary / step));
}

/**
 * Cuts a matrix [V, D], whose shards hold whole chunks, and its gradient, null if frozen, into chunks; writes their settings to
 * a new buffer.
 */
export function cutHead(
  device: GPUDevice,
  shape: DecoderShape,
  shards: readonly TokenShard[],
  gradients: BufferView | null,
): { readonly chunks: readonly HeadChunk[]; readonly settings: GPUBuffer } {
  const { width, vocabulary } = shape;
  const tokens = chunkTokens(shape);
  const count = Math.ceil(vocabulary / tokens);
  const words = new Uint32Array((count * ALIGNMENT) / FLOAT);
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const settings = device.createBuffer({ label: "chunks", size: words.byteLength, usage });
  const chunks = Array.from({ length: count }, (_, i): HeadChunk => {
    const start = i * tokens;
    const shard = shards.findLast((each) => each.start <= start);
    if (shard === undefined) throw new Error(`no shard holds token ${start}`);
    const rows = Math.min(tokens, vocabulary - start);
    words.set([start, rows, i === 0 ? 1 : 0, start - shard.start], (i * ALIGNMENT) / FLOAT);
    const chunk = { buffer: settings, offset: i * ALIGNMENT, size: CHUNK_WORDS * FLOAT };
    if (gradients === null) return { matrix: shard.matrix, chunk };
    const { buffer, offset = 0 } = gradients;
    const part = { buffer, offset: offset + start * width * FLOAT, size: rows * width * FLOAT };
    return { matrix: shard.matrix, gradients: part, chunk };
  });
  device.queue.writeBuffer(settings, 0, words);
  return { chunks, settings };
}
