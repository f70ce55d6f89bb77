/** LoRA adapters (arXiv 2106.09685) with the tensor names and initialisation of PEFT. */
import { at } from "../../math/at.ts";
import type { PeftAdapter } from "../../formats/huggingface/peftAdapter.ts";
import { elementCount } from "../../math/tensor.ts";
import { createRandom } from "../../math/random.ts";
import type { AdapterSettings } from "../../rl/config/adapterFields.ts";
import type { ModelConfig } from "../language/config.ts";
import { layerName, parameterShapes, shapeProblems, type HostTensor } from "./parameters.ts";

/** Possible target modules of a layer, with their parameter names in the layer; the order is fixed. */
const MODULE_PATHS = {
  q_proj: "self_attn.q_proj",
  k_proj: "self_attn.k_proj",
  v_proj: "self_attn.v_proj",
  o_proj: "self_attn.o_proj",
  gate_proj: "mlp.gate_proj",
  up_proj: "mlp.up_proj",
  down_proj: "mlp.down_proj",
} as const;

type TargetModule = keyof typeof MODULE_PATHS;

/** All possible target modules, in their order in a layer. */
export const TARGET_MODULES = Object.keys(MODULE_PATHS) as readonly TargetModule[]; // keys of a const table

/** Hyperparameters of an adapter: W x becomes W x + alpha / rank * B A x for the target modules of every layer. */
export interface AdapterConfig {
  readonly rank: number;
  readonly alpha: number;
  /** Dropout rate of A's input, in training. */
  readonly dropout: number;
  readonly targets: readonly TargetModule[];
}

/** Target modules by the setting `loraTargets`. */
const TARGETS: Readonly<Record<AdapterSettings["loraTargets"], readonly TargetModule[]>> = {
  "all-linear": TARGET_MODULES,
  attention: ["q_proj", "k_proj", "v_proj", "o_proj"],
  "query-value": ["q_proj", "v_proj"],
};

/** Returns the configured adapter; null if all weights are trained. */
export function adapterConfig(config: Omit<AdapterSettings, "basePrecision">): AdapterConfig | null {
  if (config.trainable === "all") return null;
  const { loraRank: rank, loraAlpha: alpha, loraDropout: dropout, loraTargets } = config;
  return { rank, alpha, dropout, targets: TARGETS[loraTargets] };
}

/** Returns the value of `loraTargets` for these target modules; null if there is none. */
export function targetModulesName(targets: readonly TargetModule[]): AdapterSettings["loraTargets"] | null {
  const names = ["all-linear", "attention", "query-value"] as const;
  return names.find((name) => TARGETS[name].join() === targets.join()) ?? null;
}

/** An adapter with its tensors on the host. */
export interface Adapter extends AdapterConfig {
  /** A [R, in] and B [out, R] by the names of `adapterShapes`. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Seed of the dropout masks. */
  readonly seed: number;
}

/** Returns the scale of B A x, alpha / rank. */
export function adapterScale({ alpha, rank }: Pick<AdapterConfig, "alpha" | "rank">): number {
  return alpha / rank;
}

/** Returns the names of A and B of the matrix named `weight`. */
export function loraNames(weight: string): { readonly a: string; readonly b: string } {
  const module = weight.slice(0, -".weight".length);
  return { a: `${module}.lora_A.weight`, b: `${module}.lora_B.weight` };
}

/** Returns the names of the matrices that an adapter targets, layer by layer. */
export function adaptedWeights({ layers }: ModelConfig, { targets }: Pick<AdapterConfig, "targets">) {
  const ordered = TARGET_MODULES.filter((module) => targets.includes(module));
  return Array.from({ length: layers }, (_, layer) =>
    ordered.map((module) => layerName(layer, `${MODULE_PATHS[module]}.weight`)),
  ).flat();
}

/** Returns name and shape of every adapter tensor, in a fixed order: A [R, in] and B [out, R]. */
export function adapterShapes(
  config: ModelConfig,
  adapter: Pick<AdapterConfig, "rank" | "targets">,
): Map<string, readonly number[]> {
  const whole = parameterShapes(config);
  return new Map(
    adaptedWeights(config, adapter).flatMap((name): [string, readonly number[]][] => {
      const [rows, columns] = shapeOf(whole.get(name));
      const { a, b } = loraNames(name);
      return [
        [a, [adapter.rank, columns]],
        [b, [rows, adapter.rank]],
      ];
    }),
  );
}

/** Returns the number of parameters of an adapter. */
export function adapterCount(config: ModelConfig, adapter: Pick<AdapterConfig, "rank" | "targets">): number {
  return [...adapterShapes(config, adapter).values()].reduce(
    (total, shape) => total + elementCount(shape),
    0,
  );
}

/** Random stream of initial adapters, distinct from the run's other streams of the same seed. */
const INITIAL_STREAM = 0x10a;

/**
 * Returns a new adapter, initialised as in PEFT: A uniform in ±1 / sqrt(in) (Kaiming uniform with a = sqrt 5), B zero, so
 * the model's output is unchanged.
 */
export function initialAdapter(config: ModelConfig, adapter: AdapterConfig, seed: number): Adapter {
  const random = createRandom(seed, INITIAL_STREAM);
  const tensors = new Map<string, HostTensor>();
  for (const [name, shape] of adapterShapes(config, adapter)) {
    const [rows, columns] = shapeOf(shape);
    const data = new Float32Array(rows * columns);
    const bound = 1 / Math.sqrt(columns);
    if (name.includes("lora_A"))
      for (let i = 0; i < data.length; i++) data[i] = bound * (2 * random.uniform() - 1);
    tensors.set(name, { shape, data });
  }
  return { ...adapter, tensors, seed };
}

/** Converts an adapter in PEFT's format. Throws if it targets other modules or does not fit the model. */
export function adapterFromPeft(config: ModelConfig, peft: PeftAdapter, seed: number): Adapter {
  const { rank, alpha, dropout, tensors } = peft;
  const unsupported = peft.targets.filter((name) => !Object.hasOwn(MODULE_PATHS, name));
  if (unsupported.length > 0) {
    throw new Error(
      `the adapter targets ${unsupported.join(", ")}; supported target modules: ${TARGET_MODULES.join(", ")}`,
    );
  }
  const targets = TARGET_MODULES.filter((module) => peft.targets.includes(module));
  const adapter = { rank, alpha, dropout, targets, tensors, seed };
  checkAdapter(config, adapter);
  return adapter;
}

/** Returns [out, in] of a matrix's shape. */
function shapeOf(shape: readonly number[] = []): readonly [number, number] {
  return [at(shape, 0), at(shape, 1)];
}

/** Throws, naming the tensors, if an adapter does not fit a decoder. */
export function checkAdapter(config: ModelConfig, adapter: Adapter): void {
  const shapes = adapterShapes(config, adapter);
  const problems = shapeProblems(shapes, (name) => adapter.tensors.get(name)?.shape, "this model needs");
  for (const name of adapter.tensors.keys())
    if (!shapes.has(name)) problems.push(`${name} matches no parameter of this model`);
  if (problems.length > 0)
    throw new Error(`the adapter does not fit the model: ${problems.slice(0, 5).join("; ")}`);
}

/** Returns the weight `name` [out, in] with the adapter merged in: W + alpha / rank * B A, or W itself if it is not a target. */
export function mergedWeight(
  name: string,
  weight: HostTensor,
  adapter: Pick<Adapter, "rank" | "alpha" | "tensors">,
): HostTensor {
  const names = loraNames(name);
  const [a, b] = [adapter.tensors.get(names.a), adapter.tensors.get(names.b)];
  if (a === undefined || b === undefined) return weight;
  return { shape: weight.shape, data: addProduct(weight, a, b, adapterScale(adapter)) };
}

/** Returns W + scale * B A, summed in float64; W [out, in], A [R, in], B [out, R]. */
function addProduct(weight: HostTensor, a: HostTensor, b: HostTensor, scale: number): Float32Array {
  const [rank, columns] = shapeOf(a.shape);
  const sum = new Float64Array(columns);
  const data = new Float32Array(weight.data.length);
  for (let start = 0, row = 0; start < data.length; start += columns, row++) {
    sum.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = b.data[row * rank + k] ?? 0;
      for (let i = 0; i < columns; i++) sum[i] = (sum[i] ?? 0) + factor * (a.data[k * columns + i] ?? 0);
    }
    for (let i = 0; i < columns; i++) data[start + i] = (weight.data[start + i] ?? 0) + scale * (sum[i] ?? 0);
  }
  return data;
}
