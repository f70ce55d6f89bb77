/** Runs single kernels on synthetic inputs, to compare the results and speed of variants with the default. */
import { at } from "../../math/at.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { readBuffer, type Gpu } from "../device/device.ts";
import { GraphBuilder, Pipelines, type Graph } from "../recording/graph.ts";
import { defineKernel, read, write, type Kernel } from "../recording/kernel.ts";
import type { LayerBlock } from "../layout/parameterLayout.ts";
import { contentOf } from "./tuningContents.ts";
import type { Family } from "./tuningFamilies.ts";

/**
 * Maximum difference of an entry, relative to the largest one. Reordering sums of thousands of products changes them by about
 * 1e-6; a wrong kernel exceeds this.
 */
const TOLERANCE = 1e-4;
/** Minimum milliseconds of a sample, for the resolution of the host's clock. */
const SAMPLE_MS = 1.5;
const MOST_REPEATS = 64;
const SAMPLES = 3;
/** A variant whose first sample is slower than the fastest by this factor is not sampled again. */
const HOPELESS = 1.3;

/** Median milliseconds of a variant, or the reason why it must not run. */
export type Outcome = { readonly milliseconds: number } | { readonly problem: string };

/** Measures the variants of a family in order, the default first; `fastest` is the minimum time so far in milliseconds. */
export type Measure = (family: Family, name: string, fastest: number) => Promise<Outcome>;

/** Buffers of a family: the bindings of its kernel, and the results of the default variant. */
interface Stage {
  readonly family: Family;
  readonly buffers: Readonly<Record<string, GPUBuffer>>;
  readonly expected: Readonly<Record<string, GPUBuffer>>;
  repeats: number;
}

export class GpuTrials {
  readonly #gpu: Gpu;
  readonly #shape: DecoderShape;
  readonly #layout: LayerBlock;
  readonly #pipelines: Pipelines;
  readonly #difference: GPUBuffer;
  readonly #families: readonly Family[];
  /** By kernel text: the reason why the device cannot run it, or null. */
  readonly #problems = new Map<string, Promise<string | null>>();
  #stage: Stage | null = null;

  /** Families are measured in this order; the kernels of the next one compile in the meantime. */
  constructor(gpu: Gpu, shape: DecoderShape, layout: LayerBlock, families: readonly Family[]) {
    this.#gpu = gpu;
    this.#families = families;
    this.#shape = shape;
    this.#layout = layout;
    this.#pipelines = new Pipelines(gpu.device);
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    this.#difference = gpu.device.createBuffer({ label: "difference", size: 8, usage });
  }

  /** Runs and times one variant. The default must come first, because the others are compared with it. */
  async measure(family: Family, name: string, fastest: number): Promise<Outcome> {
    const kernel = family.candidates.get(name);
    if (kernel === undefined) throw new Error(`${family.name} has no variant ${name}`);
    const isPlain = this.#stage?.family !== family;
    if (isPlain) await this.#prepare(family, kernel);
    const stage = this.#stage as Stage; // prepared now or before
    const graph = await this.#compile(kernel, stage.buffers);
    if (typeof graph === "string") return { problem: graph };
    if (!isPlain) this.#fill(stage);
    await this.#time(graph, family.lines, 1);
    if (isPlain) this.#keep(stage);
    const problem = isPlain ? null : await this.#compare(stage);
    const outcome =
      problem === null ? { milliseconds: await this.#sample(graph, stage, fastest) } : { problem };
    graph.dispose();
    return outcome;
  }

  dispose(): void {
    this.#release();
    this.#difference.destroy();
  }

  #release(): void {
    if (this.#stage === null) return;
    const { buffers, expected } = this.#stage;
    for (const buffer of [...Object.values(buffers), ...Object.values(expected)]) buffer.destroy();
    this.#stage = null;
  }

  /** Creates the buffers of a family. */
  async #prepare(family: Family, { bindings }: Kernel): Promise<void> {
    this.#release();
    const { device } = this.#gpu;
    const { COPY_SRC, COPY_DST, STORAGE, UNIFORM } = GPUBufferUsage;
    const create = (label: string, isUniform = false): GPUBuffer => {
      const { bytes } = contentOf(label, this.#shape, this.#layout, family.lines);
      const usage = (isUniform ? UNIFORM : STORAGE) | COPY_SRC | COPY_DST;
      return device.createBuffer({ label, size: bytes, usage });
    };
    const entries = Object.entries(bindings);
    const written = entries.filter(([, { access }]) => access === "write");
    this.#stage = {
      family,
      buffers: Object.fromEntries(
        entries.map(([name, { access }]) => [name, create(name, access === "uniform")]),
      ),
      expected: Object.fromEntries(written.map(([name]) => [name, create(name)])),
      repeats: 0,
    };
    this.#fill(this.#stage);
    const next = this.#families[this.#families.indexOf(family) + 1];
    await Promise.all([...family.candidates.values()].map((kernel) => this.#problemOf(kernel)));
    for (const kernel of next?.candidates.values() ?? []) void this.#problemOf(kernel);
    await device.queue.onSubmittedWorkDone();
  }

  /** Resets the buffers to their initial content. */
  #fill({ family, buffers, expected, repeats }: Stage): void {
    const isFirst = repeats === 0;
    for (const [name, buffer] of Object.entries(buffers)) {
      if (!isFirst && !(name in expected)) continue;
      const { bytes, pattern } = contentOf(name, this.#shape, this.#layout, family.lines);
      for (let at = 0; at < bytes; at += pattern.byteLength)
        this.#gpu.device.queue.writeBuffer(buffer, at, pattern, 0, Math.min(pattern.byteLength, bytes - at));
    }
  }

  /** Compiles a kernel. */
  #problemOf(kernel: Kernel): Promise<string | null> {
    const known = this.#problems.get(kernel.wgsl);
    if (known !== undefined) return known;
    const { device } = this.#gpu;
    device.pushErrorScope("validation"); // popped before anything else can happen
    const compiled = this.#pipelines.get(kernel).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const problem = Promise.all([device.popErrorScope(), compiled]).then(([reported, failed]) => {
      const text = reported?.message ?? failed;
      return text?.split("\n")[0] ?? null;
    });
    this.#problems.set(kernel.wgsl, problem);
    return problem;
  }

  /** Returns the graph of a kernel on these buffers, or the reason why the device cannot run it. */
  async #compile(kernel: Kernel, buffers: Stage["buffers"]): Promise<Graph | string> {
    const problem = await this.#problemOf(kernel);
    if (problem !== null) return problem;
    const builder = new GraphBuilder(this.#gpu.device, this.#pipelines, "measuring");
    builder.add(
      kernel,
      Object.fromEntries(Object.entries(buffers).map(([name, buffer]) => [name, { buffer }])),
    );
    return builder.build();
  }

  /** Milliseconds of `repeats` runs of a graph. */
  async #time(graph: Graph, lines: number, repeats: number): Promise<number> {
    const { device } = this.#gpu;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < repeats; i++) graph.encode(pass, [lines]);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  }

  /** Median milliseconds of one run. */
  async #sample(graph: Graph, stage: Stage, fastest: number): Promise<number> {
    const { lines } = stage.family;
    if (stage.repeats === 0) {
      const once = await this.#time(graph, lines, 1);
      stage.repeats = Math.max(1, Math.min(MOST_REPEATS, Math.ceil(SAMPLE_MS / once)));
    }
    const { repeats } = stage;
    const samples: number[] = [];
    while (samples.length < SAMPLES) {
      samples.push((await this.#time(graph, lines, repeats)) / repeats);
      if (at(samples, 0) > HOPELESS * fastest) break;
    }
    return at(
      samples.sort((a, b) => a - b),
      samples.length >> 1,
    );
  }

  /** Keeps the results of the default variant. */
  #keep({ buffers, expected }: Stage): void {
    const encoder = this.#gpu.device.createCommandEncoder();
    for (const [name, kept] of Object.entries(expected)) {
      const buffer = buffers[name] as GPUBuffer; // each that is written is bound
      encoder.copyBufferToBuffer(buffer, 0, kept, 0, kept.size);
    }
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  /** Returns how the results of a variant differ from those of the default, or null. */
  async #compare({ buffers, expected }: Stage): Promise<string | null> {
    const { device } = this.#gpu;
    for (const [name, kept] of Object.entries(expected)) {
      device.queue.writeBuffer(this.#difference, 0, new Uint32Array(2));
      const found = buffers[name] as GPUBuffer; // each that is written is bound
      const bound = {
        expected: { buffer: kept },
        found: { buffer: found },
        largest: { buffer: this.#difference },
      };
      const builder = new GraphBuilder(device, this.#pipelines, "measuring");
      builder.add(DIFFERENCE, bound);
      const graph = await builder.build();
      await this.#time(graph, 1, 1);
      graph.dispose();
      const [difference = Number.NaN, size = 0] = new Float32Array(
        await readBuffer(device, this.#difference, 8),
      );
      if (!(difference <= TOLERANCE * size)) return `${name} is off by ${difference} of ${size}`;
    }
    return null;
  }
}

const COMPARING = 65536;
/**
 * Computes the largest difference and the largest expected entry. Magnitudes are compared as bit patterns, which order like
 * the floats, so that NaN counts as largest.
 */
const DIFFERENCE = defineKernel({
  name: "difference",
  bindings: {
    expected: read("array<f32>"),
    found: read("array<f32>"),
    largest: write("array<atomic<u32>, 2>"),
  },
  invocations: () => COMPARING,
  body: `
  var difference = 0u;
  var size = 0u;
  for (var i = id; i < arrayLength(&expected); i += ${COMPARING}u) {
    difference = max(difference, bitcast<u32>(abs(expected[i] - found[i])));
    size = max(size, bitcast<u32>(abs(expected[i])));
  }
  atomicMax(&largest[0], difference);
  atomicMax(&largest[1], size);`,
});
