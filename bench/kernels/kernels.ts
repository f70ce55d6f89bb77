/**
 * Time of each kernel of the engine, at the shapes of a prompt, a token and a training step, beside what the adapter
 * reaches in the same run. Variants of a kernel stand side by side.
 */
import { describeAdapter } from "../../src/webgpu/device/adapter.ts";
import { openGpu, type Gpu } from "../../src/webgpu/device/device.ts";
import { layOutParameters } from "../../src/webgpu/layout/parameterLayout.ts";
import { tuningFamilies } from "../../src/webgpu/tuning/tuningFamilies.ts";
import {
  DECODE_PRODUCTS,
  nameOf,
  PLAIN_VARIANTS,
  PRODUCT_VARIANTS,
  TRAIN_PRODUCTS,
  type ProductVariant,
  type Variants,
} from "../../src/webgpu/kernelVariants/variants.ts";
import { parameterShapes } from "../../src/model/weights/parameters.ts";
import type { BenchModel } from "../contenders/contender.ts";
import { engineOn } from "../contenders/engine.ts";
import { costOf, type Batch, type Cost } from "./kernelCosts.ts";
import { groupsOf, recorded, secondsOf, type Dispatch } from "./kernelTrace.ts";
import { measureLimits, type Limits } from "./limits.ts";
import { PROMPT, promptOf, trainingRows } from "../contenders/workload.ts";

/** A kernel of a graph. */
export interface KernelTime {
  readonly graph: string;
  readonly kernel: string;
  readonly variant: string;
  /** Dispatches of it in the graph. */
  readonly dispatches: number;
  /** Of one dispatch. */
  readonly seconds: number;
  readonly cost: Cost | null;
}

export interface KernelReport {
  readonly limits: Limits | null;
  readonly times: readonly KernelTime[];
  /** Variants that were not measured, each with its reason. */
  readonly left: readonly string[];
}

/** Whether a software adapter runs all variants, and the seconds it may take for them. */
export interface KernelsAsked {
  readonly variants: boolean;
  readonly seconds: number;
}

interface Sizes {
  readonly rows: number;
  readonly trained: { readonly rows: number; readonly tokens: number };
}

const SIZES: Sizes = { rows: 64, trained: { rows: 8, tokens: 96 } };
/** Where barriers cost a thread switch each. */
const SMALL: Sizes = { rows: 8, trained: { rows: 2, tokens: 48 } };
/** Tokens decoded while the dispatches are noted. */
const TOKENS = 4;

/** Times all kernels of a decoder's token and training step, products in each of their variants. */
export async function measureKernels(
  offered: GPU,
  model: BenchModel,
  { variants, seconds }: KernelsAsked,
): Promise<KernelReport> {
  const limits = await measureLimits(offered);
  const gpu = await openGpu(offered);
  if (gpu === null || limits === null) throw new Error("no WebGPU adapter was found");
  const software = describeAdapter({ info: gpu.device.adapterInfo }).software;
  const sizes = software && variants ? SMALL : SIZES;
  const times = await measureVariant(gpu, model, sizes, "plain", () => true);
  const left: string[] = [];
  const deadline = software ? performance.now() + 1000 * seconds : Infinity;
  for (const variant of PRODUCT_VARIANTS) {
    const name = nameOf(variant);
    if (software && !variants && variant.kind !== "registers")
      left.push(`${name}: a barrier costs a software adapter a thread switch; --variants`);
    else if (performance.now() > deadline) left.push(`${name}: the time was over; --seconds`);
    else {
      const found = await measureProducts(gpu, model, sizes, variant).catch((error: unknown) => {
        left.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        return [];
      });
      times.push(...found);
    }
  }
  return { limits, times, left };
}

/** Times the products of a variant, of those kernels that have it. */
function measureProducts(gpu: Gpu, model: BenchModel, sizes: Sizes, variant: ProductVariant) {
  const { config } = model;
  const layout = layOutParameters(parameterShapes(config), config.headDim);
  const name = nameOf(variant);
  const having = new Set(
    tuningFamilies(gpu.device, config, layout)
      .filter(({ candidates }) => [...candidates.keys()].indexOf(name) > 0) // the plain ones were timed before
      .map((family) => family.name),
  );
  const choose = <Slot extends string>(graph: string, slots: readonly Slot[]) =>
    slots.filter((slot) => having.has(`${graph} ${slot}`)).map((slot) => [slot, variant] as const);
  const { decode, train } = PLAIN_VARIANTS;
  const variants: Variants = {
    ...PLAIN_VARIANTS,
    decode: { ...decode, ...Object.fromEntries(choose("decode", DECODE_PRODUCTS)) },
    train: { ...train, ...Object.fromEntries(choose("train", TRAIN_PRODUCTS)) },
  };
  return measureVariant({ ...gpu, variants }, model, sizes, name, (graph, kernel) => {
    const slot = slotOf(kernel);
    return slot !== null && having.has(`${graph} ${slot}`);
  });
}

/** Products by what their kernels are called. */
const SLOTS: Readonly<Record<string, (typeof DECODE_PRODUCTS)[number] | (typeof TRAIN_PRODUCTS)[number]>> = {
  projectQkv: "projectQkv",
  "addProjection of self_attn.o_proj": "addAttention",
  gatedHidden: "gatedHidden",
  "addProjection of mlp.down_proj": "addMlp",
  head: "head",
  gatedBackward: "gatedBackward",
  "backProject of mlp.gate_proj": "mlpInput",
  "backProject of self_attn.o_proj": "contextGradient",
  "backProject of self_attn.q_proj": "qkvInput",
  "weightGradient of mlp.down_proj": "downGradient",
  "weightGradient of mlp.gate_proj": "gateUpGradient",
  "weightGradient of self_attn.o_proj": "outputGradient",
  "weightGradient of self_attn.q_proj": "qkvGradient",
};

/** Which product a kernel is; null where it is none. */
function slotOf(kernel: string): string | null {
  return SLOTS[kernel.split(".weight")[0] ?? ""] ?? null;
}

/** Times the kernels of a token and of a training step that are `wanted`. */
async function measureVariant(
  gpu: Gpu,
  model: BenchModel,
  sizes: Sizes,
  variant: string,
  wanted: (graph: "decode" | "train", kernel: string) => boolean,
): Promise<KernelTime[]> {
  const times: KernelTime[] = [];
  for (const { graph, kind, batch, dispatches } of await graphsOf(gpu, model, sizes)) {
    for (const alike of groupsOf(dispatches)) {
      const [first] = alike;
      const kernel = first?.pipeline.label ?? "";
      if (first === undefined || !wanted(kind, kernel)) continue;
      const seconds = await secondsOf(gpu.device, first);
      const cost = costOf(kernel, model.config, batch, alike.length);
      times.push({ graph, kernel, variant, dispatches: alike.length, seconds, cost });
    }
  }
  gpu.fault.throwIfAborted();
  return times;
}

interface Traced {
  readonly graph: string;
  readonly kind: "decode" | "train";
  readonly batch: Batch;
  readonly dispatches: readonly Dispatch[];
}

/** What reading the prompt, the last of some tokens and a training step dispatch. */
async function graphsOf(gpu: Gpu, model: BenchModel, { rows, trained }: Sizes): Promise<Traced[]> {
  const { decode, train } = engineOn(gpu, model);
  const prompt = promptOf(model.config.vocabulary);
  const batch = trainingRows(model.config.vocabulary, trained.rows, trained.tokens);
  await decode(prompt, rows, TOKENS, false); // compiles
  await train(batch);
  const decoded = passesOf(await recorded(gpu.device, () => decode(prompt, rows, TOKENS, false)));
  const [reading = [], token = []] = [decoded[0], decoded.at(-1)];
  const read = PROMPT - 1; // the last token of the prompt is decoded with the rows
  const lines = trained.rows * trained.tokens;
  const scored = trained.rows * (trained.tokens + 1 - PROMPT);
  const [readPairs, tokenPairs] = [(read * (read + 1)) / 2, rows * (read + TOKENS)];
  const tokenKeys = read + rows * TOKENS;
  const trainedPairs = (lines * (trained.tokens + 1)) / 2;
  return [
    {
      graph: `reading a prompt of ${PROMPT}`,
      kind: "decode",
      batch: { lines: read, scored: 0, pairs: readPairs, keys: read, training: false },
      dispatches: reading,
    },
    {
      graph: `decoding a token of ${rows} rows`,
      kind: "decode",
      batch: { lines: rows, scored: rows, pairs: tokenPairs, keys: tokenKeys, training: false },
      dispatches: token,
    },
    {
      graph: `training step ${trained.rows} x ${trained.tokens}`,
      kind: "train",
      batch: { lines, scored, pairs: trainedPairs, keys: lines, training: true },
      dispatches: await recorded(gpu.device, () => train(batch)),
    },
  ];
}

/** Passes through a graph: each begins with the embedding. */
function passesOf(dispatches: readonly Dispatch[]): Dispatch[][] {
  const passes: Dispatch[][] = [];
  for (const dispatch of dispatches) {
    if (dispatch.pipeline.label === "embed") passes.push([]);
    passes.at(-1)?.push(dispatch);
  }
  return passes;
}
