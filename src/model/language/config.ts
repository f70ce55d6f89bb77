/** The architecture of a decoder, read from a Hugging Face `config.json`. */
import * as z from "zod/mini";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { readRotary, rotaryFields, writeRotary } from "./rotaryConfig.ts";

/** Llama-style decoder: RMSNorm, RoPE, SwiGLU, grouped-query attention. */
export interface ModelConfig extends DecoderShape {
  readonly architecture: Architecture;
}

/** What each architecture adds to the plain decoder. */
const ARCHITECTURES = {
  llama: { className: "LlamaForCausalLM", qkvBias: false, qkNorm: false },
  mistral: { className: "MistralForCausalLM", qkvBias: false, qkNorm: false },
  qwen2: { className: "Qwen2ForCausalLM", qkvBias: true, qkNorm: false },
  qwen3: { className: "Qwen3ForCausalLM", qkvBias: false, qkNorm: true },
} as const;

/** An architecture that runs, by the name that `model_type` gives it. */
type Architecture = keyof typeof ARCHITECTURES;

/** What transformers calls a Mistral of whose layers only some see no further than the window. */
const MINISTRAL = "ministral";

const KNOWN = Object.keys(ARCHITECTURES).join(", ");

/** The window of models that slide over a text and do not say how far they see. */
const USUAL_WINDOW = 4096;

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
  ...rotaryFields,
  tie_word_embeddings: z.optional(z.boolean()),
  attention_bias: z.optional(z.boolean()),
  mlp_bias: z.optional(z.boolean()),
  hidden_act: z.optional(z.string()),
  use_sliding_window: z.optional(z.boolean()),
  sliding_window: z.nullish(count),
  eos_token_id: tokenIds,
});

type HfConfig = z.infer<typeof hfConfig>;

/** Reads a Hugging Face `config.json` object. Throws `ModelConfigError` for what this decoder does not compute. */
export function readModelConfig(json: unknown): ModelConfig {
  const parsed = hfConfig.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new ModelConfigError(`config.json is not a decoder configuration: ${issues.join("; ")}`);
  }
  const hf = parsed.data;
  const { rotary, problems } = readRotary(hf);
  const architecture = architectureOf(hf.model_type);
  if (architecture === null) problems.push(`model_type "${hf.model_type}" (${KNOWN} run)`);
  problems.push(...unsupported(hf));
  if (architecture === null || rotary === null || problems.length > 0)
    throw new ModelConfigError(`config.json asks for what this decoder does not run: ${problems.join("; ")}`);
  const eos = hf.eos_token_id ?? [];
  return {
    architecture,
    width: hf.hidden_size,
    layers: hf.num_hidden_layers,
    heads: hf.num_attention_heads,
    kvHeads: hf.num_key_value_heads ?? hf.num_attention_heads,
    headDim: hf.head_dim ?? hf.hidden_size / hf.num_attention_heads,
    hiddenWidth: hf.intermediate_size,
    vocabulary: hf.vocab_size,
    maxPositions: positionsOf(hf, architecture),
    ...rotary,
    normEpsilon: hf.rms_norm_eps,
    tied: hf.tie_word_embeddings ?? false,
    qkvBias: ARCHITECTURES[architecture].qkvBias,
    qkNorm: ARCHITECTURES[architecture].qkNorm,
    eosTokens: typeof eos === "number" ? [eos] : eos,
  };
}

function architectureOf(modelType: string): Architecture | null {
  if (modelType === MINISTRAL) return "mistral";
  return Object.hasOwn(ARCHITECTURES, modelType) ? (modelType as Architecture) : null; // one of its keys
}

/**
 * Positions that texts may have. A window that slides over a text longer than itself shows all of one that is not, so
 * attending in full is exact up to the window, and no further.
 */
function positionsOf(hf: HfConfig, architecture: Architecture): number {
  const slides = architecture === "mistral" || hf.use_sliding_window === true;
  const window = hf.sliding_window === undefined ? USUAL_WINDOW : hf.sliding_window;
  return slides && window !== null
    ? Math.min(hf.max_position_embeddings, window)
    : hf.max_position_embeddings;
}

/** What of it does not run, apart from architecture and rotary embedding. */
function unsupported(hf: HfConfig): string[] {
  const problems: string[] = [];
  if (hf.attention_bias === true) problems.push("attention_bias on all four projections");
  if (hf.mlp_bias === true) problems.push("mlp_bias");
  if ((hf.hidden_act ?? "silu") !== "silu") problems.push(`hidden_act "${hf.hidden_act}" (silu runs)`);
  const headDim = hf.head_dim ?? hf.hidden_size / hf.num_attention_heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0)
    problems.push(`head dimension ${headDim} (even numbers run)`);
  if (hf.num_attention_heads % (hf.num_key_value_heads ?? hf.num_attention_heads) !== 0) {
    problems.push("num_attention_heads is not a multiple of num_key_value_heads");
  }
  return problems;
}

/** The `config.json` of a decoder: what `readModelConfig` reads, in the form `transformers` writes. */
export function writeModelConfig(config: ModelConfig): Record<string, unknown> {
  const [eos = null, ...otherEos] = config.eosTokens;
  return {
    architectures: [ARCHITECTURES[config.architecture].className],
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
    ...writeRotary(config),
    sliding_window: null,
    tie_word_embeddings: config.tied,
    torch_dtype: "float32",
    bos_token_id: 1,
    eos_token_id: otherEos.length === 0 ? eos : config.eosTokens,
    pad_token_id: 0,
  };
}
