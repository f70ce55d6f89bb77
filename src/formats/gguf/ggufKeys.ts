/**
 * Metadata keys of a GGUF file (llama.cpp's src/llama-arch.cpp): a file opens only if each of its keys is read by the lab, has no
 * effect on the computation, or has the value at which it has none.
 */
import { GgufError } from "./ggufError.ts";
import type { GgufHeader } from "./ggufHeader.ts";
import type { GgufValue } from "./ggufParser.ts";

/** Keys after "<architecture>." that are read, or that change nothing. */
const READ: ReadonlySet<string> = new Set([
  "context_length",
  "embedding_length",
  "block_count",
  "feed_forward_length",
  "attention.head_count",
  "attention.head_count_kv",
  "attention.key_length",
  "attention.value_length",
  "attention.layer_norm_rms_epsilon",
  "attention.sliding_window",
  "rope.dimension_count",
  "rope.freq_base",
  "rope.scaling.type",
  "rope.scaling.factor",
  "rope.scaling.original_context_length",
  "rope.scale_linear",
  "rope.scaling.finetuned", // about training
  "tensor_data_layout", // of rows, which the architecture determines
  "vocab_size", // the embedding has the rows that it has
]);

/** Keys that switch something off at a value. */
const NEUTRAL: ReadonlyMap<string, GgufValue> = new Map<string, GgufValue>([
  ["attention.causal", true],
  ["attention.clamp_kqv", 0],
  ["attention.max_alibi_bias", 0],
  ["attention.temperature_scale", 1],
  ["attn_logit_softcapping", 0],
  ["embedding_scale", 1],
  ["final_logit_softcapping", 0],
  ["leading_dense_block_count", 0],
  ["logit_scale", 1],
  ["nextn_predict_layers", 0],
  ["pooling_type", 0],
  ["residual_scale", 1],
  ["rope.scaling.attn_factor", 1],
  ["rope.scaling.yarn_attn_factor", 1],
  ["rope.scaling.yarn_log_multiplier", 0],
  ["use_parallel_residual", false],
  ...["count", "used_count", "shared_count", "group_count", "group_used_count", "gating_func"].map(
    (key): [string, GgufValue] => [`expert_${key}`, 0],
  ),
]);

/** Keys of the tokenizer that are read, or that change nothing in a byte-level BPE tokenizer. */
const TOKENIZER =
  /^tokenizer\.(chat_templates?(\..+)?|huggingface\.json|rwkv\.world|ggml\.(model|pre|tokens|token_type|token_type_count|scores|merges|\w+_token_id|add_bos_token))$/;

/** Keys of the tokenizer that switch something off at a value. */
const NEUTRAL_TOKENIZER: ReadonlyMap<string, GgufValue> = new Map([
  ["tokenizer.ggml.add_eos_token", false],
  ["tokenizer.ggml.add_sep_token", false],
  ["tokenizer.ggml.add_space_prefix", false],
  ["tokenizer.ggml.remove_extra_whitespaces", false],
]);

/** Throws `GgufError`, naming the key, if a key of an architecture or of the tokenizer might change what a model computes. */
export function checkKeys(metadata: GgufHeader["metadata"], architecture: string): void {
  const kind = metadata.get("general.type") ?? "model";
  if (kind !== "model") fail("general.type", kind, `only "model" can be opened`);
  for (const [key, value] of metadata) {
    const own = key.startsWith(`${architecture}.`) ? key.slice(architecture.length + 1) : null;
    if (own !== null && !READ.has(own)) checkNeutral(key, value, NEUTRAL.get(own));
    if (key.startsWith("tokenizer.") && !TOKENIZER.test(key))
      checkNeutral(key, value, NEUTRAL_TOKENIZER.get(key));
  }
}

function checkNeutral(key: string, value: GgufValue, neutral: GgufValue | undefined): void {
  if (neutral === undefined) fail(key, value, "it may change what the model computes, and is not supported");
  if (value !== neutral) fail(key, value, `only ${String(neutral)} is supported`);
}

function fail(key: string, value: GgufValue, why: string): never {
  throw new GgufError(
    `metadata ${key} is ${JSON.stringify(value).slice(0, 40)}: ${why}`,
    "Choose another model, or open the model's Hugging Face folder instead.",
  );
}
