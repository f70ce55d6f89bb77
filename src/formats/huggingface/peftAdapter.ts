/** A LoRA adapter in the format of Hugging Face's PEFT <-> its files. */
import type { JsonObject } from "../jsonObject.ts";
import { readSafetensors, writeSafetensors } from "../safetensors/safetensors.ts";
import type { Tensor } from "../../math/tensor.ts";

/** What an adapter's folder holds. */
export interface PeftAdapter {
  readonly rank: number;
  /** B A x is multiplied by alpha / rank. */
  readonly alpha: number;
  readonly dropout: number;
  /** Last names of the modules it stands beside, such as "q_proj". */
  readonly targets: readonly string[];
  /** Name or path of the model it was trained on, if told. */
  readonly base: string | null;
  /** A [rank, in] and B [out, rank], such as "model.layers.0.self_attn.q_proj.lora_A.weight". */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** A folder that is not an adapter we can use: which file, what is wrong with it, and what to do. */
export class PeftAdapterError extends Error {
  override readonly name = "PeftAdapterError";
}

export const ADAPTER_CONFIG = "adapter_config.json";
export const ADAPTER_WEIGHTS = "adapter_model.safetensors";

/** What PEFT puts before the names of the model it wraps. */
const PREFIX = "base_model.model.";

/** Reads an adapter from its files by name. Throws `PeftAdapterError`, and `SafetensorsError` for damaged weights. */
export function readPeftAdapter(files: ReadonlyMap<string, Uint8Array>): PeftAdapter {
  const config = readConfig(files.get(ADAPTER_CONFIG) ?? failMissing(ADAPTER_CONFIG));
  refuseUnsupported(config);
  const weights = readSafetensors(files.get(ADAPTER_WEIGHTS) ?? failMissing(ADAPTER_WEIGHTS)).tensors;
  const tensors = new Map([...weights].map(([name, tensor]) => [withoutPrefix(name), tensor]));
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
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new PeftAdapterError(`${ADAPTER_CONFIG} must hold a JSON object.`);
  return value as JsonObject; // an object of JSON.parse
}

/** Kinds of LoRA that compute something else, by the setting that asks for them. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  use_dora: "DoRA",
  use_rslora: "rank-stabilised scaling",
  use_qalora: "QALoRA",
  fan_in_fan_out: "transposed matrices",
  lora_bias: "biases of B",
  modules_to_save: "whole modules beside the adapter",
  rank_pattern: "ranks that differ by module",
  alpha_pattern: "alphas that differ by module",
  layer_replication: "replicated layers",
  alora_invocation_tokens: "activation by tokens (aLoRA)",
  trainable_token_indices: "trained tokens",
  target_parameters: "adapted parameters that are no modules",
};

function refuseUnsupported(config: JsonObject): void {
  const type = config["peft_type"];
  if (type !== "LORA")
    throw new PeftAdapterError(
      `${ADAPTER_CONFIG} is of type ${JSON.stringify(type)}: LORA adapters can be used.`,
    );
  const bias = config["bias"] ?? "none";
  const found = Object.keys(OTHER_KINDS).filter((name) => isOn(config[name]));
  if (bias !== "none") found.push("bias");
  if (found.length === 0) return;
  const named = found.map((name) => `${name} (${OTHER_KINDS[name] ?? "trained biases"})`);
  throw new PeftAdapterError(
    `${ADAPTER_CONFIG} asks for ${named.join(", ")}: only plain LoRA is computed. Merge it with PEFT's merge_and_unload and use the model.`,
  );
}

function isOn(value: unknown): boolean {
  if (value == null || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0; // an empty list or pattern asks for nothing
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
    `${ADAPTER_CONFIG}: ${name} must be within 0 and 1; it is ${JSON.stringify(value)}.`,
  );
}

/** The name in the model, of a matrix of plain LoRA. */
function withoutPrefix(name: string): string {
  if (name.startsWith(PREFIX) && /\.lora_[AB]\.weight$/.test(name)) return name.slice(PREFIX.length);
  throw new PeftAdapterError(
    `${ADAPTER_WEIGHTS} holds ${name}: only matrices lora_A and lora_B of modules can be used.`,
  );
}

/** "q_proj" of "model.layers.0.self_attn.q_proj.lora_A.weight". */
function moduleOf(name: string): string {
  return name.split(".").at(-3) ?? name;
}

/** Writes an adapter's folder: name -> bytes. `card` is its README.md. */
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
    `The adapter has no ${name}. An adapter's folder holds ${ADAPTER_CONFIG} and ${ADAPTER_WEIGHTS}.`,
  );
}
