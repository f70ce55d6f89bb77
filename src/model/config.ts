/** The architecture of a decoder, read from a Hugging Face `config.json`. */
import * as z from "zod/mini";
import type { DecoderShape } from "../engine/decoderShape.ts";

/** Llama-style decoder: RMSNorm, RoPE, SwiGLU, grouped-query attention. */
export interface ModelConfig extends DecoderShape {
  readonly architecture: "llama" | "qwen2";
}

/** A `config.json` that this decoder cannot run; the message says which field and what is supported. */
export class ModelConfigError extends Error {
  override readonly name = "ModelConfigError";
}

const count = z.int().check(z.positive());
const tokenIds = z.nullish(z.union([z.int(), z.array(z.int())]));

const hfConfig = z.looseObject({
  model_type: z.string(),
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: z.optional(count),
  head_dim: z.nullish(count),
  intermediate_size: count,
  vocab_size: count,
  max_position_embeddings: count,
  rms_norm_eps: z.number(),
  rope_theta: z.optional(z.number()),
  rope_scaling: z.nullish(z.unknown()),
  rope_parameters: z.nullish(
    z.looseObject({ rope_theta: z.optional(z.number()), rope_type: z.optional(z.string()) }),
  ),
  tie_word_embeddings: z.optional(z.boolean()),
  attention_bias: z.optional(z.boolean()),
  mlp_bias: z.optional(z.boolean()),
  hidden_act: z.optional(z.string()),
  use_sliding_window: z.optional(z.boolean()),
  eos_token_id: tokenIds,
});

/** Reads a Hugging Face `config.json` object. Throws `ModelConfigError` for what this decoder does not compute. */
export function readModelConfig(json: unknown): ModelConfig {
  const parsed = hfConfig.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new ModelConfigError(`config.json is not a decoder configuration: ${issues.join("; ")}`);
  }
  const hf = parsed.data;
  refuseUnsupported(hf);
  const kvHeads = hf.num_key_value_heads ?? hf.num_attention_heads;
  const eos = hf.eos_token_id ?? [];
  return {
    architecture: hf.model_type === "qwen2" ? "qwen2" : "llama",
    width: hf.hidden_size,
    layers: hf.num_hidden_layers,
    heads: hf.num_attention_heads,
    kvHeads,
    headDim: hf.head_dim ?? hf.hidden_size / hf.num_attention_heads,
    hiddenWidth: hf.intermediate_size,
    vocabulary: hf.vocab_size,
    maxPositions: hf.max_position_embeddings,
    ropeTheta: hf.rope_parameters?.rope_theta ?? hf.rope_theta ?? 10_000,
    normEpsilon: hf.rms_norm_eps,
    tied: hf.tie_word_embeddings ?? false,
    qkvBias: hf.model_type === "qwen2",
    eosTokens: typeof eos === "number" ? [eos] : eos,
  };
}

function refuseUnsupported(hf: z.infer<typeof hfConfig>): void {
  const problems: string[] = [];
  if (!["llama", "qwen2"].includes(hf.model_type))
    problems.push(`model_type "${hf.model_type}" (llama and qwen2 run)`);
  const ropeType = hf.rope_parameters?.rope_type ?? "default";
  if (hf.rope_scaling != null || ropeType !== "default") problems.push("scaled rotary embeddings");
  if (hf.attention_bias === true) problems.push("attention_bias on all four projections");
  if (hf.mlp_bias === true) problems.push("mlp_bias");
  if ((hf.hidden_act ?? "silu") !== "silu") problems.push(`hidden_act "${hf.hidden_act}" (silu runs)`);
  if (hf.use_sliding_window === true) problems.push("sliding-window attention");
  const headDim = hf.head_dim ?? hf.hidden_size / hf.num_attention_heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0)
    problems.push(`head dimension ${headDim} (even numbers run)`);
  if (hf.num_attention_heads % (hf.num_key_value_heads ?? hf.num_attention_heads) !== 0) {
    problems.push("num_attention_heads is not a multiple of num_key_value_heads");
  }
  if (problems.length > 0)
    throw new ModelConfigError(`config.json asks for what this decoder does not run: ${problems.join("; ")}`);
}

/** The `config.json` of a decoder: what `readModelConfig` reads, in the form `transformers` writes. */
export function writeModelConfig(config: ModelConfig): Record<string, unknown> {
  const [eos = null, ...otherEos] = config.eosTokens;
  const name = config.architecture === "qwen2" ? "Qwen2ForCausalLM" : "LlamaForCausalLM";
  return {
    architectures: [name],
    model_type: config.architecture,
    hidden_act: "silu",
    hidden_size: config.width,
    intermediate_size: config.hiddenWidth,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    vocab_size: config.vocabulary,
    max_position_embeddings: config.maxPositions,
    rms_norm_eps: config.normEpsilon,
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tied,
    torch_dtype: "float32",
    bos_token_id: 1,
    eos_token_id: otherEos.length === 0 ? eos : config.eosTokens,
    pad_token_id: 0,
  };
}
