/** Frozen weights on the GPU in f16, q8_0 or q4_0, one buffer per group of matrices that kernels read together. */
import { PackingError } from "../../formats/numbers/narrowFloats.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import type { DecoderWeights, TokenShard } from "./decoderWeights.ts";
import type { Gpu } from "../device/device.ts";
import type { BufferView } from "../recording/graph.ts";
import { chunkTokens } from "./headChunks.ts";
import { padRuns, storedHeadDim, storedShape } from "../layout/headPadding.ts";
import type { LayerWeights } from "./layerWeights.ts";
import { groupLayer, groupOf, packedLayer, type PackedGroup } from "./packedLayer.ts";
import {
  packedBytes,
  packedVectors,
  packRows,
  type PackedMatrix,
  type PackedPrecision,
} from "./packedMatrix.ts";
import type { Tensor } from "../../math/tensor.ts";
import { packedTokens, type TokenMatrix } from "./tokenMatrix.ts";
import { EMBEDDING, headMatrix, NORM } from "../../decoder/parameterNames.ts";

/** Tensors by name, each read when it is needed, so that a large model is never in memory as a whole. */
interface HostParameters {
  get(name: string): Tensor | undefined | Promise<Tensor>;
}

/** Prefix of the labels of buffers with frozen weights. */
export const FROZEN = "frozen: ";

const VECTOR_BYTES = 16;

/** Maximum bytes of a shard, unless the device's limit is lower: 128 MiB, which every device allows. */
const SHARD_BYTES = 2 ** 27;

/** Tokens per shard of at most `most` bytes: whole chunks of the head's backward pass. */
function shardTokens(shape: DecoderShape, precision: PackedPrecision, most: number): number {
  const { width, vocabulary } = shape;
  const step = chunkTokens(shape);
  const bytes = (tokens: number): number => packedBytes(precision, tokens, width);
  const shards = Math.ceil(bytes(vocabulary) / most);
  for (let count = Math.max(1, shards); ; count++) {
    const tokens = Math.ceil(vocabulary / count / step) * step;
    if (bytes(tokens) <= most || tokens === step) return tokens;
  }
}

/** Stored shapes of the parts of a layer, from parameters by Hugging Face name. */
function layerShapes(
  shapes: ReadonlyMap<string, readonly number[]>,
  headDim: number,
): Map<string, readonly number[]> {
  const prefix = "model.layers.0.";
  return new Map(
    [...shapes]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, shape]) => [name.slice(prefix.length), storedShape(name, shape, headDim).shape]),
  );
}

export class FrozenWeights implements DecoderWeights {
  readonly adapter = null;
  readonly trainable = null;
  readonly layer: LayerWeights;
  readonly tokens: TokenMatrix;
  readonly size: number;
  readonly #gpu: Gpu;
  readonly #shape: DecoderShape;
  readonly #groups: readonly PackedGroup[];
  /** Buffers of the groups of each layer. */
  readonly #layers: readonly (readonly GPUBuffer[])[];
  /** Packed form of a shard of embedding or head. */
  readonly #shard: PackedMatrix;
  readonly #shards: ReadonlyMap<string, readonly TokenShard[]>;
  readonly #norm: GPUBuffer;

  /**
   * Allocates for parameters of these names and shapes. `most` limits the bytes of a shard of embedding or head. Throws a
   * `RangeError` if a matrix of a layer exceeds the GPU's binding limit.
   */
  constructor(
    gpu: Gpu,
    shape: DecoderShape,
    shapes: ReadonlyMap<string, readonly number[]>,
    precision: PackedPrecision,
    most = Math.min(SHARD_BYTES, gpu.device.limits.maxStorageBufferBindingSize),
  ) {
    if (precision !== "f16" && storedHeadDim(shape) !== shape.headDim)
      throw new RangeError(
        `heads of ${shape.headDim} numbers are stored with zeros, which blocks of ${precision} would hold as well`,
      );
    [this.#gpu, this.#shape] = [gpu, shape];
    const parts = layerShapes(shapes, shape.headDim);
    this.#groups = groupLayer(parts, precision);
    this.layer = packedLayer(this.#groups, parts);
    this.size = [...shapes.values()].reduce(
      (sum, each) => sum + each.reduce((product, n) => product * n, 1),
      0,
    );
    const tokens = shardTokens(shape, precision, most);
    this.tokens = packedTokens(precision, shape.width, tokens);
    this.#layers = Array.from({ length: shape.layers }, (_, layer) => this.#takeLayer(layer));
    this.#shard = { precision, outputs: tokens, inputs: shape.width, start: 0 };
    const matrices = new Set([EMBEDDING, headMatrix(shape)]);
    this.#shards = new Map([...matrices].map((name) => [name, this.#takeTokens(name)]));
    this.#norm = this.#take(NORM, shape.width * Float32Array.BYTES_PER_ELEMENT);
  }

  /**
   * Packs and uploads all weights, reading each once and packing a few megabytes at a time. Rejects with a `RangeError` if
   * the precision cannot hold a weight.
   */
  async upload(weights: HostParameters): Promise<void> {
    for (const [layer, buffers] of this.#layers.entries()) await this.#writeLayer(layer, buffers, weights);
    for (const [name, shards] of this.#shards) await this.#writeTokens(name, shards, weights);
    const { data } = await found(weights, NORM);
    this.#write(this.#norm, new Float32Array(data));
  }

  layerView(layer: number, part: string): BufferView {
    const buffer = this.#layers[layer]?.[groupOf(this.#groups, part)];
    if (buffer === undefined) throw new Error(`there is no layer ${layer}`);
    return { buffer };
  }

  shards(name: string): readonly TokenShard[] {
    const shards = this.#shards.get(name);
    if (shards === undefined) throw new Error(`there is no frozen ${name}`);
    return shards;
  }

  view(name: string): BufferView {
    if (name !== NORM) throw new Error(`there is no frozen ${name}`);
    return { buffer: this.#norm };
  }

  has(name: string): boolean {
    return name === NORM || this.#shards.has(name);
  }

  dispose(): void {
    for (const buffer of this.#buffers()) buffer.destroy();
  }

  #buffers(): GPUBuffer[] {
    return [
      ...this.#layers.flat(),
      ...[...this.#shards.values()].flat().map(({ matrix }) => matrix.buffer),
      this.#norm,
    ];
  }

  #takeLayer(layer: number): GPUBuffer[] {
    const { maxStorageBufferBindingSize: most } = this.#gpu.device.limits;
    return this.#groups.map(({ outputs, size }) => {
      const parts = [...outputs.keys()].join(", ");
      if (size * VECTOR_BYTES > most)
        throw new RangeError(
          `${parts} of a layer take ${size * VECTOR_BYTES} bytes and this GPU binds ${most}`,
        );
      return this.#take(`layer ${layer}: ${parts}`, size * VECTOR_BYTES);
    });
  }

  async #writeLayer(layer: number, buffers: readonly GPUBuffer[], weights: HostParameters): Promise<void> {
    const { headDim } = this.#shape;
    for (const [i, { matrix, outputs, vectors, size }] of this.#groups.entries()) {
      const words = new Uint32Array(size * 4);
      const stored = async (part: string): Promise<Float32Array> => {
        const name = `model.layers.${layer}.${part}`;
        const { data, shape } = await found(weights, name);
        const { runs } = storedShape(name, shape, headDim);
        return runs.length === 0 ? data : padRuns(data, runs);
      };
      for (const [part, first] of outputs) {
        const rows = await stored(part);
        naming(`model.layers.${layer}.${part}`, () => packRows(words, matrix, rows, first));
      }
      for (const [part, start] of vectors) new Float32Array(words.buffer).set(await stored(part), start * 4);
      const buffer = buffers[i];
      if (buffer !== undefined) this.#write(buffer, words);
    }
  }

  #takeTokens(name: string): TokenShard[] {
    const { vocabulary } = this.#shape;
    const { outputs } = this.#shard;
    return Array.from({ length: Math.ceil(vocabulary / outputs) }, (_, i): TokenShard => {
      const start = i * outputs;
      const buffer = this.#take(`${name} from ${start}`, packedVectors(this.#shard) * VECTOR_BYTES);
      return { start, count: Math.min(outputs, vocabulary - start), matrix: { buffer } };
    });
  }

  async #writeTokens(name: string, shards: readonly TokenShard[], weights: HostParameters): Promise<void> {
    const { width } = this.#shape;
    const { data } = await found(weights, name);
    for (const { start, count, matrix } of shards) {
      const words = new Uint32Array(packedVectors(this.#shard) * 4);
      const rows = data.subarray(start * width, (start + count) * width);
      naming(name, () => packRows(words, this.#shard, rows, 0));
      this.#write(matrix.buffer, words);
    }
  }

  #take(part: string, size: number): GPUBuffer {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    return this.#gpu.device.createBuffer({ label: `${FROZEN}${part}`, size, usage });
  }

  #write(buffer: GPUBuffer, data: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>): void {
    const { queue } = this.#gpu.device;
    queue.writeBuffer(buffer, 0, data);
    queue.submit([]); // flushes the writes, which otherwise stay in host memory until the next submission
  }
}

async function found(weights: HostParameters, name: string): Promise<Tensor> {
  const parameter = await weights.get(name);
  if (parameter === undefined) throw new Error(`there is no tensor ${name}`);
  return parameter;
}

/** Adds the tensor's name to the error for a weight that the precision cannot hold. */
function naming(name: string, packing: () => void): void {
  try {
    packing();
  } catch (error) {
    if (!(error instanceof PackingError)) throw error;
    throw new RangeError(`${name}: ${error.message} Keep the base in f32.`, { cause: error });
  }
}
