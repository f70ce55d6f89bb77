/** A recorded sequence of kernels: pipelines and bind groups are created once, then encoded any number of times. */
import { at } from "../../math/at.ts";
import type { Binding, Kernel } from "./kernel.ts";
import { shareScratch } from "./scratch.ts";

/** A buffer or a range of it; `offset` is a multiple of 256 bytes. */
export interface BufferView {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly size?: number;
}

/** Memory whose content is needed only between the first and the last kernel that bind it. */
export interface Scratch {
  readonly bytes: number;
}

interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** Compiles kernels, each distinct WGSL text once. */
export class Pipelines {
  static readonly #shared = new WeakMap<GPUDevice, Pipelines>();

  /** The pipelines of a device, shared by all its graphs. */
  static of(device: GPUDevice): Pipelines {
    const shared = Pipelines.#shared.get(device) ?? new Pipelines(device);
    Pipelines.#shared.set(device, shared);
    return shared;
  }

  readonly #device: GPUDevice;
  readonly #compiled = new Map<string, Promise<Pipeline>>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Returns the pipeline of a kernel. */
  get(kernel: Kernel): Promise<Pipeline> {
    const compiled = this.#compiled.get(kernel.wgsl) ?? this.#compile(kernel);
    this.#compiled.set(kernel.wgsl, compiled);
    return compiled;
  }

  async #compile({ name, bindings, wgsl }: Kernel): Promise<Pipeline> {
    // Explicit, because a layout derived from the shader omits unused bindings.
    const layout = this.#device.createBindGroupLayout({
      entries: Object.values(bindings).map(({ access }, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: BUFFER_TYPES[access] },
      })),
    });
    const pipeline = await this.#device.createComputePipelineAsync({
      label: name,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: {
        module: this.#device.createShaderModule({ label: name, code: wgsl }),
        entryPoint: "main",
      },
    });
    return { pipeline, layout };
  }
}

const BUFFER_TYPES: Readonly<Record<Binding["access"], GPUBufferBindingType>> = {
  uniform: "uniform",
  read: "read-only-storage",
  write: "storage",
};

interface Step {
  readonly kernel: Kernel;
  /** Index of the batch size that it runs over. */
  readonly domain: number;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
}

/** Buffers by binding name. */
type Bound<Buffer> = Readonly<Record<string, Buffer>>;

/** Records kernels in order, with their bindings. */
export class GraphBuilder {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #scratchLabel: string;
  readonly #steps: (Pick<Step, "kernel" | "domain"> & { readonly bound: Bound<BufferView | Scratch> })[] = [];

  /** `purpose` names the scratch memory among the device's buffers. */
  constructor(device: GPUDevice, pipelines: Pipelines, purpose: string) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#scratchLabel = `scratch: ${purpose}`;
  }

  /** Number of kernels recorded. */
  get length(): number {
    return this.#steps.length;
  }

  /**
   * Appends a kernel that runs over the batch's lines, or over another size of it. What it does not bind is left out of
   * `bound`.
   */
  add(kernel: Kernel, bound: Bound<BufferView | Scratch>, domain = 0): void {
    const used = Object.keys(kernel.bindings).map((name) => {
      const what = bound[name];
      if (what === undefined) throw new Error(`${kernel.name} was given nothing to bind as ${name}`);
      return [name, what] as const;
    });
    this.#steps.push({ kernel, domain, bound: Object.fromEntries(used) });
  }

  /** Compiles what is new, allocates scratch memory and makes the bind groups. */
  async build(): Promise<Graph> {
    const scratch = shareScratch(
      this.#device,
      this.#scratchLabel,
      this.#steps.map(({ bound }) => Object.values(bound).filter(isScratch)),
    );
    const pipelines = await Promise.all(this.#steps.map(({ kernel }) => this.#pipelines.get(kernel)));
    const steps = this.#steps.map(({ kernel, domain, bound }, i) => {
      const { pipeline, layout } = pipelines[i] as Pipeline; // one for each step
      const entries = Object.keys(kernel.bindings).map((name, binding) => {
        const what = bound[name] as BufferView | Scratch; // `add` has seen it
        return { binding, resource: isScratch(what) ? { buffer: scratch.bufferOf(what) } : what };
      });
      return {
        kernel,
        domain,
        pipeline,
        group: this.#device.createBindGroup({ label: kernel.name, layout, entries }),
      };
    });
    return new Graph(steps, scratch.buffers, this.#device.limits.maxComputeWorkgroupsPerDimension);
  }
}

function isScratch(what: BufferView | Scratch): what is Scratch {
  return "bytes" in what;
}

/** Kernels ready to be encoded. */
export class Graph {
  readonly #steps: readonly Step[];
  readonly #scratch: readonly GPUBuffer[];
  readonly #widest: number;

  constructor(steps: readonly Step[], scratch: readonly GPUBuffer[], widest: number) {
    this.#steps = steps;
    this.#scratch = scratch;
    this.#widest = widest;
  }

  /** Dispatches of one pass through the graph, and bytes of its scratch memory. */
  get statistics(): { readonly dispatches: number; readonly scratchBytes: number } {
    const scratchBytes = this.#scratch.reduce((sum, { size }) => sum + size, 0);
    return { dispatches: this.#steps.length, scratchBytes };
  }

  /** Encodes the first `count` kernels for a batch of these sizes, none for an optimizer step. Allocates nothing. */
  encode(pass: GPUComputePassEncoder, sizes: readonly number[], count = this.#steps.length): void {
    for (let i = 0; i < count; i++) {
      const { kernel, domain, pipeline, group } = at(this.#steps, i);
      const workgroups = Math.ceil(kernel.invocations(sizes[domain] ?? 0) / kernel.workgroup);
      const rows = Math.ceil(workgroups / this.#widest); // kernels fold y into their number
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(Math.ceil(workgroups / rows), rows);
    }
  }

  dispose(): void {
    for (const buffer of this.#scratch) buffer.destroy();
  }
}
