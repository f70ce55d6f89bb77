/**
 * Time of each kernel of the engine: what a token and a training step dispatch is noted by wrapping WebGPU's prototypes,
 * then each kernel is run again by itself, many times, on the same buffers. Variants of a kernel stand side by side.
 */
import { describeAdapter } from "../src/engine/adapter.ts";
import { openGpu, type Gpu } from "../src/engine/device.ts";
import { engineOn } from "./contenders/engine.ts";
import type { BenchModel } from "./contender.ts";
import { promptOf, trainingRows } from "./workload.ts";
import {
  DECODE_PRODUCTS,
  nameOf,
  PLAIN_VARIANTS,
  PRODUCT_VARIANTS,
  TRAIN_PRODUCTS,
  type ProductVariant,
} from "../src/engine/variants.ts";

/** A kernel of a graph. */
export interface KernelTime {
  readonly graph: string;
  readonly kernel: string;
  readonly variant: string;
  /** Dispatches of it in the graph. */
  readonly dispatches: number;
  /** Of one dispatch. */
  readonly seconds: number;
}

/** A dispatch as it was recorded. */
interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number];
}

const ROWS = 64;
const TRAINED = { rows: 8, tokens: 96 };
/** Seconds to repeat a kernel for. */
const BUDGET = 0.05;

/** Times all kernels of a decoder's token and training step, products in each of their variants. */
export async function measureKernels(offered: GPU, model: BenchModel): Promise<KernelTime[]> {
  const gpu = await openGpu(offered);
  if (gpu === null) throw new Error("no WebGPU adapter was found");
  const adapter = await offered.requestAdapter();
  const software = adapter !== null && describeAdapter(adapter).software;
  const times = await measureVariant(gpu, model, "plain");
  for (const variant of PRODUCT_VARIANTS.slice(1)) {
    if (software && variant.kind !== "registers") continue; // a barrier costs a software adapter a thread switch
    const variants = {
      ...PLAIN_VARIANTS,
      decode: allOf(DECODE_PRODUCTS, variant),
      train: allOf(TRAIN_PRODUCTS, variant),
    };
    const found = await measureVariant({ ...gpu, variants }, model, nameOf(variant)).catch(
      (error: unknown) => {
        console.error(
          `${nameOf(variant)} does not run here: ${error instanceof Error ? error.message : String(error)}`,
        );
        return [];
      },
    );
    times.push(...found.filter(({ kernel }) => isProduct(kernel)));
  }
  return times;
}

function allOf<Name extends string>(
  names: readonly Name[],
  variant: ProductVariant,
): Record<Name, ProductVariant> {
  return Object.fromEntries(names.map((name) => [name, variant])) as Record<Name, ProductVariant>; // one for each name
}

/** Whether a kernel has variants: it is the product of a token or of a training step. */
function isProduct(kernel: string): boolean {
  return /^(projectQkv|addProjection|gatedHidden|gatedBackward|head$|backProject|weightGradient|lineSums|addLineSums)/.test(
    kernel,
  );
}

async function measureVariant(gpu: Gpu, model: BenchModel, variant: string): Promise<KernelTime[]> {
  const { decode, train } = engineOn(gpu, model);
  const prompt = promptOf(model.config.vocabulary);
  const rows = trainingRows(model.config.vocabulary, TRAINED.rows, TRAINED.tokens);
  await decode(prompt, ROWS, 4, false);
  await train(rows);
  const graphs = {
    [`decoding ${ROWS} rows: prompt and 4 tokens`]: await recorded(gpu.device, () =>
      decode(prompt, ROWS, 4, false),
    ),
    [`training step ${TRAINED.rows} x ${TRAINED.tokens}`]: await recorded(gpu.device, () => train(rows)),
  };
  const times: KernelTime[] = [];
  for (const [graph, dispatches] of Object.entries(graphs)) {
    for (const alike of groupsOf(dispatches)) {
      const [first] = alike;
      if (first === undefined) continue;
      const seconds = await secondsOf(gpu.device, first);
      times.push({ graph, kernel: first.pipeline.label, variant, dispatches: alike.length, seconds });
    }
  }
  gpu.fault.throwIfAborted();
  return times;
}

/** Dispatches of the same pipeline and size. */
function groupsOf(dispatches: readonly Dispatch[]): Dispatch[][] {
  const groups = new Map<string, Dispatch[]>();
  for (const dispatch of dispatches) {
    const key = `${dispatch.pipeline.label} ${dispatch.workgroups.join()}`;
    groups.set(key, [...(groups.get(key) ?? []), dispatch]);
  }
  return [...groups.values()];
}

/** What `work` dispatches. */
async function recorded(device: GPUDevice, work: () => Promise<unknown>): Promise<Dispatch[]> {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const prototype = Object.getPrototypeOf(pass) as object;
  pass.end();
  encoder.finish();
  const dispatches: Dispatch[] = [];
  let [pipeline, group]: [GPUComputePipeline | null, GPUBindGroup | null] = [null, null];
  const undo = [
    observe(prototype, "setPipeline", (chosen) => (pipeline = chosen as GPUComputePipeline)),
    observe(prototype, "setBindGroup", (_, chosen) => (group = chosen as GPUBindGroup)),
    observe(prototype, "dispatchWorkgroups", (x, y) => {
      if (pipeline !== null && group !== null)
        dispatches.push({ pipeline, group, workgroups: [Number(x), Number(y)] });
    }),
  ];
  try {
    await work();
  } finally {
    for (const restore of undo) restore();
  }
  return dispatches;
}

/** Shows the arguments of a method's calls to `look`; returns what puts the method back. */
function observe(
  prototype: object,
  method: "setPipeline" | "setBindGroup" | "dispatchWorkgroups",
  look: (...args: unknown[]) => unknown,
): () => void {
  const methods = prototype as Record<string, (...args: unknown[]) => unknown>; // WebGPU's methods
  const original = methods[method];
  if (original === undefined) throw new Error(`a compute pass has no ${method}`);
  methods[method] = function (this: unknown, ...args) {
    look(...args);
    return original.apply(this, args);
  };
  return () => (methods[method] = original);
}

/** Of one dispatch: the fastest of some submissions. */
async function secondsOf(device: GPUDevice, { pipeline, group, workgroups }: Dispatch): Promise<number> {
  const submit = async (times: number): Promise<number> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    for (let i = 0; i < times; i++) pass.dispatchWorkgroups(...workgroups);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / 1000 / times;
  };
  const once = await submit(1);
  const times = Math.max(1, Math.min(100, Math.round(BUDGET / 3 / once)));
  let fastest = once;
  for (const start = performance.now(); performance.now() - start < BUDGET * 1000;)
    fastest = Math.min(fastest, await submit(times));
  return fastest;
}

/** A table for people: kernels of each graph by their share of its time. */
export function kernelTable(times: readonly KernelTime[]): string {
  const plain = times.filter(({ variant }) => variant === "plain");
  const lines = [...new Set(plain.map(({ graph }) => graph))].flatMap((graph) => {
    const kernels = plain.filter((time) => time.graph === graph);
    const total = kernels.reduce((sum, { seconds, dispatches }) => sum + seconds * dispatches, 0);
    const sorted = kernels.toSorted((a, b) => b.seconds * b.dispatches - a.seconds * a.dispatches);
    return [
      `${graph}: ${(1000 * total).toFixed(1)} ms in kernels`,
      ...sorted.flatMap((time) => [
        `${(((100 * time.seconds * time.dispatches) / total).toFixed(1) + "%").padStart(7)} ${line(time)}`,
        ...times
          .filter(
            (other) => other.variant !== "plain" && other.graph === graph && other.kernel === time.kernel,
          )
          .map((other) => `        ${line(other)}`),
      ]),
      "",
    ];
  });
  return lines.join("\n");
}

function line({ kernel, variant, dispatches, seconds }: KernelTime): string {
  return `${(1e6 * seconds).toFixed(0).padStart(9)} us x ${String(dispatches).padStart(3)}  ${kernel} (${variant})`;
}
