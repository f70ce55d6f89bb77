/**
 * All parameters of a decoder in one GPU buffer, shared by sampler and trainer. Uploads and downloads use Hugging Face's
 * shapes.
 */
import { at } from "../../math/at.ts";
import type { DecoderWeights, TokenShard } from "./decoderWeights.ts";
import { readBuffer, type Gpu } from "../device/device.ts";
import type { BufferView } from "../recording/graph.ts";
import { padRuns, unpadRuns } from "../layout/headPadding.ts";
import { plainLayer, type LayerWeights } from "./layerWeights.ts";
import {
  layOutParameters,
  transpose,
  type ParameterLayout,
  type PlacedParameter,
} from "../layout/parameterLayout.ts";
import { plainTokens, type TokenMatrix } from "./tokenMatrix.ts";
import type { Tensor } from "../../math/tensor.ts";
import { EMBEDDING } from "../../decoder/parameterNames.ts";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

export class ParameterBuffer implements DecoderWeights {
  readonly adapter = null;
  readonly layout: ParameterLayout;
  readonly buffer: GPUBuffer;
  readonly #gpu: Gpu;

  /** Allocates zeros for parameters of these names and shapes, with this head dimension. Throws a `RangeError` if they exceed the GPU's buffer limit. */
  constructor(
    gpu: Gpu,
    shapes: ReadonlyMap<string, readonly number[]>,
    headDim: number,
    label = "parameters",
  ) {
    this.#gpu = gpu;
    this.layout = layOutParameters(shapes, headDim);
    const { maxBufferSize } = gpu.device.limits;
    const size = this.layout.size * FLOAT;
    if (size > maxBufferSize) {
      throw new RangeError(
        `the weights take ${size} bytes and this GPU allows ${maxBufferSize} in a buffer: take a smaller model`,
      );
    }
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    this.buffer = gpu.device.createBuffer({ label, size, usage });
  }

  get layer(): LayerWeights {
    return plainLayer(this.layout.layer);
  }

  get tokens(): TokenMatrix {
    const { shape } = this.#placed(EMBEDDING);
    return plainTokens(at(shape, 1), at(shape, 0));
  }

  get trainable(): this {
    return this;
  }

  get size(): number {
    return this.layout.size;
  }

  has(name: string): boolean {
    return this.layout.parameters.has(name);
  }

  shards(name: string): TokenShard[] {
    const count = at(this.#placed(name).shape, 0);
    return [{ start: 0, count, matrix: this.view(name) }];
  }

  /** The range of one parameter. */
  view(name: string): BufferView {
    const { offset, size } = this.#placed(name);
    return { buffer: this.buffer, offset: offset * FLOAT, size: size * FLOAT };
  }

  /** The range of the parameters of a layer. */
  layerView(layer: number): BufferView {
    const size = this.layout.layerSize * FLOAT;
    return { buffer: this.buffer, offset: layer * size, size };
  }

  #placed(name: string): PlacedParameter {
    const placed = this.layout.parameters.get(name);
    if (placed === undefined) throw new Error(`there is no parameter ${name}`);
    return placed;
  }

  /** Uploads values by name. Throws if a shape differs from its parameter's. */
  upload(weights: ReadonlyMap<string, Tensor>): void {
    for (const [name, { shape, data }] of weights) {
      const placed = this.#placed(name);
      if (shape.join() !== placed.hostShape.join())
        throw new Error(`${name} is [${shape.join()}], not [${placed.hostShape.join()}]`);
      this.#gpu.device.queue.writeBuffer(this.buffer, placed.offset * FLOAT, stored(data, placed));
    }
  }

  /** Downloads all values by name. */
  async download(): Promise<Map<string, Tensor>> {
    const host = new Map<string, Tensor>();
    for (const name of this.layout.parameters.keys()) host.set(name, await this.downloadOne(name));
    return host;
  }

  /** Downloads the values of one parameter. */
  async downloadOne(name: string): Promise<Tensor> {
    const placed = this.#placed(name);
    const { offset, size, hostShape } = placed;
    const bytes = await readBuffer(this.#gpu.device, this.buffer, size * FLOAT, offset * FLOAT);
    this.#gpu.fault.throwIfAborted();
    return { shape: hostShape, data: unstored(new Float32Array(bytes), placed) };
  }

  dispose(): void {
    this.buffer.destroy();
  }
}

/** Converts values from Hugging Face's layout to that of the buffer. */
function stored(data: Float32Array, { shape, runs, transposed }: PlacedParameter): Float32Array<ArrayBuffer> {
  const [rows = 1, columns = 1] = shape;
  const padded = padRuns(data, runs);
  return transposed ? transpose(padded, rows, columns) : padded;
}

/** Converts values from the layout of the buffer to Hugging Face's. */
function unstored(
  values: Float32Array<ArrayBuffer>,
  { shape, runs, transposed }: PlacedParameter,
): Float32Array<ArrayBuffer> {
  const [rows = 1, columns = 1] = shape;
  const turned = transposed ? transpose(values, columns, rows) : values;
  return unpadRuns(turned, runs);
}
