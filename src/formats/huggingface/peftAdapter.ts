/** Reads and writes LoRA adapters in the format of Hugging Face's PEFT. */
import { isJsonObject, type JsonObject } from "../jsonObject.ts";
import { readSafetensors, writeSafetensors } from "../safetensors/safetensors.ts";
import type { Tensor } from "../../math/tensor.ts";

/** A LoRA adapter. */
export interface PeftAdapter {
  readonly rank: number;
  /** The update B A x is scaled by alpha / rank. */
  readonly alpha: number;
  readonly dropout: number;
  /** Target modules, such as "q_proj". */
  readonly targets: readonly string[];
  /** Name or path of the base model, if known. */
  readonly base: string | null;
  /** A [R, in] and B [out, R] by name, such as "model.layers.0.self_attn.q_proj.lora_A.weight". */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** An adapter cannot be read or is not supported. */
class PeftAdapterError extends Error {
  override readonly name = "PeftAdapterError";
}

export const ADAPTER_CONFIG = "adapter_config.json";
export const ADAPTER_WEIGHTS = "adapter_model.safetensors";

/** Prefix of parameter names in a PEFT model. */
const PREFIX = "base_model.model.";

/** Reads an adapter from its files by name. Throws an error if it is unsupported, `SafetensorsError` for damaged weights. */
export function readPeftAdapter(files: ReadonlyMap<string, Uint8Array>): PeftAdapter {
  const config = readConfig(files.get(ADAPTER_CONFIG) ?? failMissing(ADAPTER_CONFIG));
  refuseUnsupported(config);
  const weights = readSafetensors(files.get(ADAPTER_WEIGHTS) ?? failMissing(ADAPTER_WEIGHTS)).tensors;
  const tensors = new Map([...weights].map(([name, tensor]) => [withoutPrefix(name), tensor]));
  refuseUntargeted(config, [...tensors.keys()]);
  const base = config["base_model_name_or_path"];
  return {
    rank: positive(config, "r"),
    alpha: positive(config, "lora_alpha"),
    dropout: share(config, "lora_dropout"),
    targets: [...new Set([...tensors.keys()].map(moduleOf))],
    base: typeof base === "string" ? base : null,
    tensors,
  };
}

function readConfig(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new PeftAdapterError(`${ADAPTER_CONFIG} is not valid JSON. Save or download the adapter again.`);
  }
  if (!isJsonObject(value)) throw new PeftAdapterError(`${ADAPTER_CONFIG} must be a JSON object.`);
  return value;
}

/** Fields that are read here, or that do not change what a trained adapter computes (peft 0.21 and earlier). */
const HARMLESS: ReadonlySet<string> = new Set([
  ...["peft_type", "peft_version", "task_type", "auto_mapping", "base_model_name_or_path", "revision"],
  ...["r", "lora_alpha", "lora_dropout", "target_modules", "exclude_modules", "bias", "init_lora_weights"],
  ...["inference_mode", "runtime_config", "megatron_core", "qalora_group_size", "ensure_weight_tying"],
  ...["loftq_config", "eva_config", "corda_config", "lora_ga_config"], // of kinds of init_lora_weights
]);

/** Known variants of LoRA, by the field that enables them. */
const VARIANTS: Readonly<Record<string, string>> = {
  use_dora: "DoRA",
  use_rslora: "rank-stabilised scaling",
  use_qalora: "QALoRA",
  use_bdlora: "BD-LoRA",
  fan_in_fan_out: "transposed matrices",
  lora_bias: "biases of B",
  modules_to_save: "fully trained modules",
  rank_pattern: "ranks per module",
  alpha_pattern: "alphas per module",
  layers_to_transform: "an adapter of some layers",
  layer_replication: "replicated layers",
  alora_invocation_tokens: "activated LoRA (aLoRA)",
  trainable_token_indices: "trained token embeddings",
  target_parameters: "adapted parameters outside modules",
  arrow_config: "Arrow routing",
  kasa_config: "KaSA",
  velora_config: "VeLoRA",
  monteclora_config: "MonteCLoRA",
};

/** Initialisations that leave the base model as it is; the others subtract the initial adapter from it. */
const PLAIN_INITIALISATIONS: readonly unknown[] = [
  ...[undefined, null, true, false, "true", "false"],
  ...["gaussian", "eva", "orthogonal", "mica"],
];

function refuseUnsupported(config: JsonObject): void {
  const type = config["peft_type"];
  if (type !== "LORA")
    throw new PeftAdapterError(
      `${ADAPTER_CONFIG} has peft_type ${JSON.stringify(type)}; only LORA is supported.`,
    );
  refuseResidualBase(config["init_lora_weights"]);
  const bias = config["bias"] ?? "none";
  const found = Object.keys(config).filter((name) => !HARMLESS.has(name) && isOn(config[name]));
  const named = found.map((name) => `${name} (${VARIANTS[name] ?? "unknown here"})`);
  if (bias !== "none") named.push("bias (trained biases)");
  if (named.length === 0) return;
  throw new PeftAdapterError(
    `${ADAPTER_CONFIG} enables ${named.join(", ")}; only plain LoRA is supported. Merge the adapter with PEFT's merge_and_unload and use the merged model.`,
  );
}

/** Refuses adapters of a base model that their initialisation has changed, such as PiSSA's (arXiv 2404.02948). */
function refuseResidualBase(initialisation: unknown): void {
  const kind = typeof initialisation === "string" ? initialisation.toLowerCase() : initialisation;
  if (PLAIN_INITIALISATIONS.includes(kind)) return;
  throw new PeftAdapterError(
    `${ADAPTER_CONFIG} has init_lora_weights ${JSON.stringify(initialisation)}: not known to leave the base model as it is, so that the adapter would be added to other weights than it was trained on. Merge it with PEFT's merge_and_unload, or save it with path_initial_model_for_weight_conversion, which makes it a plain LoRA.`,
  );
}

function isOn(value: unknown): boolean {
  if (value == null || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0; // an empty list or pattern is off
}

function positive(config: JsonObject, name: string): number {
  const value = config[name];
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw new PeftAdapterError(
    `${ADAPTER_CONFIG}: ${name} must be a number above 0; it is ${JSON.stringify(value)}.`,
  );
}

function share(config: JsonObject, name: string): number {
  const value = config[name] ?? 0;
  if (typeof value === "number" && value >= 0 && value < 1) return value;
  throw new PeftAdapterError(
    `${ADAPTER_CONFIG}: ${name} must be at least 0 and below 1; it is ${JSON.stringify(value)}.`,
  );
}

/** Returns the parameter name without PEFT's prefix. Throws for anything but LoRA matrices. */
function withoutPrefix(name: string): string {
  if (name.startsWith(PREFIX) && /\.lora_[AB]\.weight$/.test(name)) return name.slice(PREFIX.length);
  throw new PeftAdapterError(
    `${ADAPTER_WEIGHTS} contains ${name}; only lora_A and lora_B matrices of modules are supported.`,
  );
}

/** Refuses matrices of modules that the configuration does not target: PEFT would ignore them. */
function refuseUntargeted(config: JsonObject, names: readonly string[]): void {
  const { target_modules: targets, exclude_modules: excluded } = config;
  for (const module of new Set(names.map((name) => name.replace(/\.lora_[AB]\.weight$/, "")))) {
    const isTarget = targets == null || targets === "all-linear" || matches(targets, module);
    const field = isTarget ? "exclude_modules" : "target_modules";
    if (isTarget && (excluded == null || !matches(excluded, module))) continue;
    throw new PeftAdapterError(
      `${ADAPTER_WEIGHTS} has matrices of ${module}, which ${field} of ${ADAPTER_CONFIG} leaves out. Save the adapter again.`,
    );
  }
}

/** True if a pattern, or a name or end of a list of them, matches a module, as in PEFT. */
function matches(modules: unknown, module: string): boolean {
  if (Array.isArray(modules)) return modules.some((name) => `.${module}`.endsWith(`.${name}`));
  if (typeof modules !== "string") return false;
  try {
    return new RegExp(`^(?:${modules})$`, "u").test(module);
  } catch {
    throw new PeftAdapterError(
      `${ADAPTER_CONFIG} names modules by ${JSON.stringify(modules)}, a pattern that JavaScript does not know. List the modules instead.`,
    );
  }
}

/** "q_proj" of "model.layers.0.self_attn.q_proj.lora_A.weight". */
function moduleOf(name: string): string {
  return name.split(".").at(-3) ?? name;
}

/** Writes an adapter with `card` as its README.md; returns its files by name. */
export function writePeftAdapter(
  { rank, alpha, dropout, targets, base, tensors }: PeftAdapter,
  card: string,
): Map<string, Uint8Array> {
  const config = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: dropout,
    target_modules: targets,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    modules_to_save: null,
    use_dora: false,
    use_rslora: false,
  };
  const prefixed = new Map([...tensors].map(([name, tensor]) => [PREFIX + name, tensor]));
  const encoder = new TextEncoder();
  return new Map<string, Uint8Array>([
    [ADAPTER_WEIGHTS, writeSafetensors(prefixed)],
    [ADAPTER_CONFIG, encoder.encode(`${JSON.stringify(config, null, 2)}\n`)],
    ["README.md", encoder.encode(card)],
  ]);
}

function failMissing(name: string): never {
  throw new PeftAdapterError(
    `The adapter has no ${name}. An adapter folder needs ${ADAPTER_CONFIG} and ${ADAPTER_WEIGHTS}.`,
  );
}
