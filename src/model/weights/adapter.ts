/** LoRA (arXiv 2106.09685): low-rank matrices beside a decoder's frozen ones, named and initialised as PEFT does. */
import type { PeftAdapter } from "../../formats/huggingface/peftAdapter.ts";
import { createRandom } from "../../math/random.ts";
import type { TtrlConfig } from "../../rl/ttrlConfig.ts";
import type { ModelConfig } from "../language/config.ts";
import { layerName, parameterShapes, type HostTensor } from "./parameters.ts";

/** The matrices of a layer, in a fixed order, as a layer's parameters name them. */
const PLACES = {
  q_proj: "self_attn.q_proj",
  k_proj: "self_attn.k_proj",
  v_proj: "self_attn.v_proj",
  o_proj: "self_attn.o_proj",
  gate_proj: "mlp.gate_proj",
  up_proj: "mlp.up_proj",
  down_proj: "mlp.down_proj",
} as const;

/** A matrix of a layer by its last name. */
type TargetModule = keyof typeof PLACES;

/** All of them. */
export const TARGET_MODULES = Object.keys(PLACES) as readonly TargetModule[]; // keys of a const table

/** What an adapter adds: W x becomes W x + alpha / rank * B A x, in every layer's `targets`. */
export interface AdapterConfig {
  readonly rank: number;
  readonly alpha: number;
  /** Share of A's inputs that training leaves out. */
  readonly dropout: number;
  readonly targets: readonly TargetModule[];
}

/** Where adapters may stand, as the configuration names it. */
const TARGETS: Readonly<Record<TtrlConfig["loraTargets"], readonly TargetModule[]>> = {
  "all-linear": TARGET_MODULES,
  attention: ["q_proj", "k_proj", "v_proj", "o_proj"],
  "query-value": ["q_proj", "v_proj"],
};

/** The adapter that a configuration asks for; null where all weights are trained. */
export function adapterConfig(config: TtrlConfig): AdapterConfig | null {
  if (config.trainable === "all") return null;
  const { loraRank: rank, loraAlpha: alpha, loraDropout: dropout, loraTargets } = config;
  return { rank, alpha, dropout, targets: TARGETS[loraTargets] };
}

/** The configuration's name of where an adapter stands; null where it has none. */
export function targetModulesName(targets: readonly TargetModule[]): TtrlConfig["loraTargets"] | null {
  const names = ["all-linear", "attention", "query-value"] as const;
  return names.find((name) => TARGETS[name].join() === targets.join()) ?? null;
}

/** An adapter's values on the host. */
export interface Adapter extends AdapterConfig {
  /** A [rank, in] and B [out, rank] by the names of `adapterShapes`. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Of the masks of dropout. */
  readonly seed: number;
}

/** What B A x is multiplied by. */
export function adapterScale({ alpha, rank }: Pick<AdapterConfig, "alpha" | "rank">): number {
  return alpha / rank;
}

/** Names of the two matrices beside the matrix `weight`, a parameter's name. */
export function loraNames(weight: string): { readonly a: string; readonly b: string } {
  const module = weight.slice(0, -".weight".length);
  return { a: `${module}.lora_A.weight`, b: `${module}.lora_B.weight` };
}

/** Name of a layer's matrix. */
function weightName(layer: number, module: TargetModule): string {
  return layerName(layer, `${PLACES[module]}.weight`);
}

/** The parameters that an adapter stands beside, layer by layer. */
export function adaptedWeights({ layers }: ModelConfig, { targets }: Pick<AdapterConfig, "targets">) {
  const ordered = TARGET_MODULES.filter((module) => targets.includes(module));
  return Array.from({ length: layers }, (_, layer) =>
    ordered.map((module) => weightName(layer, module)),
  ).flat();
}

/** Name and shape of every matrix of an adapter, in a fixed order: A [rank, in] and B [out, rank]. */
export function adapterShapes(
  config: ModelConfig,
  adapter: Pick<AdapterConfig, "rank" | "targets">,
): Map<string, readonly number[]> {
  const whole = parameterShapes(config);
  return new Map(
    adaptedWeights(config, adapter).flatMap((name): [string, readonly number[]][] => {
      const [rows = 0, columns = 0] = whole.get(name) ?? [];
      const { a, b } = loraNames(name);
      return [
        [a, [adapter.rank, columns]],
        [b, [rows, adapter.rank]],
      ];
    }),
  );
}

/** Number of parameters of an adapter. */
export function adapterCount(config: ModelConfig, adapter: Pick<AdapterConfig, "rank" | "targets">): number {
  return [...adapterShapes(config, adapter).values()].reduce(
    (total, shape) => total + shape.reduce((product, size) => product * size, 1),
    0,
  );
}

/** Keeps the numbers of a new adapter apart from a run's other draws of the same seed. */
const INITIAL_STREAM = 0x10a;

/**
 * A new adapter, which changes nothing yet: A uniform within 1 / sqrt(in), which is PyTorch's Kaiming uniform at a slope
 * of sqrt 5, as PEFT takes it; B zero.
 */
export function initialAdapter(config: ModelConfig, adapter: AdapterConfig, seed: number): Adapter {
  const random = createRandom(seed, INITIAL_STREAM);
  const tensors = new Map<string, HostTensor>();
  for (const [name, shape] of adapterShapes(config, adapter)) {
    const [rows = 0, columns = 0] = shape;
    const data = new Float32Array(rows * columns);
    const bound = 1 / Math.sqrt(columns);
    if (name.includes("lora_A"))
      for (let i = 0; i < data.length; i++) data[i] = bound * (2 * random.uniform() - 1);
    tensors.set(name, { shape, data });
  }
  return { ...adapter, tensors, seed };
}

/** An adapter as PEFT keeps it, for a decoder. Throws when it does not fit. */
export function adapterFromPeft(config: ModelConfig, peft: PeftAdapter, seed: number): Adapter {
  const { rank, alpha, dropout, tensors } = peft;
  const foreign = peft.targets.filter((name) => !isProjection(name));
  if (foreign.length > 0) {
    throw new Error(
      `the adapter stands beside ${foreign.join(", ")}; it may stand beside ${TARGET_MODULES.join(", ")}`,
    );
  }
  const targets = TARGET_MODULES.filter((module) => peft.targets.includes(module));
  const adapter = { rank, alpha, dropout, targets, tensors, seed };
  checkAdapter(config, adapter);
  return adapter;
}

function isProjection(name: string): name is TargetModule {
  return Object.hasOwn(PLACES, name);
}

/** Throws, naming the tensors, when an adapter does not fit a decoder. */
export function checkAdapter(config: ModelConfig, adapter: Adapter): void {
  const shapes = adapterShapes(config, adapter);
  const problems: string[] = [];
  for (const [name, shape] of shapes) {
    const found = adapter.tensors.get(name)?.shape;
    if (found === undefined) problems.push(`${name} is missing`);
    else if (found.join() !== shape.join())
      problems.push(`${name} is [${found.join()}], this model needs [${shape.join()}]`);
  }
  for (const name of adapter.tensors.keys()) {
    if (!shapes.has(name)) problems.push(`this model has no place for ${name}`);
  }
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

/** W + scale * B A, summed in float64. */
function addProduct(weight: HostTensor, a: HostTensor, b: HostTensor, scale: number): Float32Array {
  const [rank = 0, columns = 0] = a.shape;
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
