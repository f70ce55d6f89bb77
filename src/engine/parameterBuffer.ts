/** All parameters of a decoder in one buffer on the GPU, shared by sampler and trainer. */
import * as tf from "../kernels/tf.ts";
import { readBuffer, type Gpu } from "./device.ts";
import type { BufferView } from "./graph.ts";
import {
  layOutParameters,
  transpose,
  type ParameterLayout,
  type PlacedParameter,
} from "./parameterLayout.ts";

/** A parameter's values on the host, in Hugging Face's layout. */
export interface HostParameter {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

export class ParameterBuffer {
  readonly layout: ParameterLayout;
  readonly buffer: GPUBuffer;
  readonly #gpu: Gpu;

  /** Room for parameters of these names and shapes; zeros until they are uploaded. */
  constructor(gpu: Gpu, shapes: ReadonlyMap<string, readonly number[]>) {
    this.#gpu = gpu;
    this.layout = layOutParameters(shapes);
    const { maxBufferSize } = gpu.device.limits;
    const size = this.layout.size * FLOAT;
    if (size > maxBufferSize) {
      throw new RangeError(
        `the weights take ${size} bytes and this GPU allows ${maxBufferSize} in a buffer: take a smaller model`,
      );
    }
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    this.buffer = gpu.device.createBuffer({ label: "parameters", size, usage });
  }

  /** One parameter. */
  view(name: string): BufferView {
    const { offset, size } = this.#placed(name);
    return { buffer: this.buffer, offset: offset * FLOAT, size: size * FLOAT };
  }

  /** All of a layer's parameters. */
  layerView(layer: number): BufferView {
    const size = this.layout.layerSize * FLOAT;
    return { buffer: this.buffer, offset: layer * size, size };
  }

  #placed(name: string): PlacedParameter {
    const placed = this.layout.parameters.get(name);
    if (placed === undefined) throw new Error(`there is no parameter ${name}`);
    return placed;
  }

  /** Writes values by name; each must have its parameter's shape. */
  upload(weights: ReadonlyMap<string, HostParameter>): void {
    for (const [name, { shape, data }] of weights) {
      const placed = this.#placed(name);
      if (shape.join() !== placed.shape.join())
        throw new Error(`${name} is [${shape.join()}], not [${placed.shape.join()}]`);
      const values = new Float32Array(data);
      const [rows = 1, columns = 1] = placed.shape;
      const stored = placed.transposed ? transpose(values, rows, columns) : values;
      this.#gpu.device.queue.writeBuffer(this.buffer, placed.offset * FLOAT, stored);
    }
  }

  /** All values, by name. */
  async download(): Promise<Map<string, HostParameter>> {
    const host = new Map<string, HostParameter>();
    for (const [name, { shape, offset, size, transposed }] of this.layout.parameters) {
      const bytes = await readBuffer(this.#gpu.device, this.buffer, size * FLOAT, offset * FLOAT);
      const stored = new Float32Array(bytes);
      const [rows = 1, columns = 1] = shape;
      host.set(name, { shape, data: transposed ? transpose(stored, columns, rows) : stored });
    }
    this.#gpu.fault.throwIfAborted();
    return host;
  }

  /** Takes over the values of tensors, by name, without leaving the GPU. */
  copyFrom(tensors: ReadonlyMap<string, tf.Tensor>): void {
    const { device, flush, bufferOf } = this.#gpu;
    const turned: tf.Tensor[] = [];
    const copies = [...tensors].map(([name, tensor]) => {
      const placed = this.#placed(name);
      const source = placed.transposed ? tf.transpose(tensor) : tensor;
      if (placed.transposed) turned.push(source);
      return { source: bufferOf(source), ...placed };
    });
    flush();
    const encoder = device.createCommandEncoder();
    for (const { source, offset, size } of copies)
      encoder.copyBufferToBuffer(source, 0, this.buffer, offset * FLOAT, size * FLOAT);
    device.queue.submit([encoder.finish()]);
    tf.dispose(turned); // their buffers are reused by later commands only
  }

  dispose(): void {
    this.buffer.destroy();
  }
}
