/** Architecture of a decoder, read from and written to a Hugging Face `config.json`. */
import * as z from "zod/mini";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { readRotary, rotaryFields, writeRotary } from "./rotaryConfig.ts";

/** Llama-style decoder: RMSNorm, RoPE, SwiGLU, grouped-query attention. */
export interface ModelConfig extends DecoderShape {
  readonly architecture: Architecture;
}

/** Fields that add biases to attention's four projections and to the MLP's three. */
const ATTENTION_AND_MLP = ["attention_bias", "mlp_bias"] as const;

/** Differences of the supported architectures from the plain Llama decoder. */
const ARCHITECTURES = {
  llama: { className: "LlamaForCausalLM", qkvBias: false, qkNorm: false, optional: ATTENTION_AND_MLP },
  mistral: { className: "MistralForCausalLM", qkvBias: false, qkNorm: false, optional: [] },
  qwen2: { className: "Qwen2ForCausalLM", qkvBias: true, qkNorm: false, optional: [] },
  qwen3: { className: "Qwen3ForCausalLM", qkvBias: false, qkNorm: true, optional: ["attention_bias"] },
} as const;

/** A supported architecture, by its `model_type`. */
type Architecture = keyof typeof ARCHITECTURES;

/** `model_type` of a Mistral with a sliding window in only some layers. */
const MINISTRAL = "ministral";

const KNOWN = Object.keys(ARCHITECTURES).join(", ");

/** transformers' names of the activation x sigmoid(x). */
const SILU = ["silu", "swish"];

/** Sliding window in tokens if config.json does not give one. */
const DEFAULT_WINDOW = 4096;

/** An invalid or unsupported `config.json`; the message names the fields and the supported values. */
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
  num_key_value_heads: z.nullish(count),
  head_dim: z.nullish(count),
  intermediate_size: count,
  vocab_size: count,
  rms_norm_eps: z._default(z.number().check(z.nonnegative()), 1e-6), // of all architectures in transformers
  ...rotaryFields,
  tie_word_embeddings: z.optional(z.boolean()),
  attention_bias: z.optional(z.boolean()),
  mlp_bias: z.optional(z.boolean()),
  hidden_act: z.optional(z.string()),
  use_sliding_window: z.optional(z.boolean()),
  sliding_window: z.nullish(count),
  layer_types: z.nullish(z.array(z.string())),
  eos_token_id: tokenIds,
});

type HfConfig = z.infer<typeof hfConfig>;

/** Reads a Hugging Face `config.json` object. Throws a `ModelConfigError` if it is invalid or unsupported. */
export function readModelConfig(json: unknown): ModelConfig {
  const named = z.looseObject({ model_type: z.string() }).safeParse(json).data?.model_type;
  // Before the fields, which other architectures call differently.
  if (named !== undefined && architectureOf(named) === null)
    throw new ModelConfigError(
      `config.json describes an unsupported model: model_type "${named}" (supported: ${KNOWN})`,
    );
  const parsed = hfConfig.safeParse(json);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new ModelConfigError(`config.json is not a decoder configuration: ${issues.join("; ")}`);
  }
  const hf = parsed.data;
  const { rotary, problems } = readRotary(hf);
  const architecture = architectureOf(hf.model_type);
  problems.push(...unsupported(hf), ...biasProblems(hf, architecture), ...layerProblems(hf, architecture));
  if (architecture === null || rotary === null || problems.length > 0)
    throw new ModelConfigError(`config.json describes an unsupported model: ${problems.join("; ")}`);
  const eos = hf.eos_token_id ?? []; // a model may have none
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
    qkvBias: ARCHITECTURES[architecture].qkvBias || hf.attention_bias === true,
    outputBias: hf.attention_bias ?? false,
    mlpBias: hf.mlp_bias ?? false,
    qkNorm: ARCHITECTURES[architecture].qkNorm,
    eosTokens: typeof eos === "number" ? [eos] : eos,
  };
}

function architectureOf(modelType: string): Architecture | null {
  if (modelType === MINISTRAL) return "mistral";
  return Object.hasOwn(ARCHITECTURES, modelType) ? (modelType as Architecture) : null; // one of its keys
}

/** Returns the context length: with a sliding window, full attention is exact only for texts within the window. */
function positionsOf(hf: HfConfig, architecture: Architecture): number {
  const slides = architecture === "mistral" || hf.use_sliding_window === true;
  const window = hf.sliding_window === undefined ? DEFAULT_WINDOW : hf.sliding_window;
  return slides && window !== null
    ? Math.min(hf.max_position_embeddings, window)
    : hf.max_position_embeddings;
}

/** Returns what is wrong with `layer_types`; sliding layers are exact within the window, where the positions end. */
function layerProblems(hf: HfConfig, architecture: Architecture | null): string[] {
  const { layer_types: types } = hf;
  if (types == null) return [];
  const canSlide = architecture === "mistral" || (architecture !== "llama" && hf.use_sliding_window === true);
  const slides = canSlide && hf.sliding_window !== null;
  const known = ["full_attention", ...(slides ? ["sliding_attention"] : [])];
  const odd = types.find((type) => !known.includes(type));
  if (odd !== undefined) return [`layer_types with "${odd}" (supported here: ${known.join(", ")})`];
  const { num_hidden_layers: layers } = hf;
  return types.length === layers
    ? []
    : [`layer_types of ${types.length} layers, but num_hidden_layers ${layers}`];
}

/** Returns the biases that are switched on and that the architecture has not. */
function biasProblems(hf: HfConfig, architecture: Architecture | null): string[] {
  const optional: readonly string[] = architecture === null ? [] : ARCHITECTURES[architecture].optional;
  return ATTENTION_AND_MLP.filter((field) => hf[field] === true && !optional.includes(field));
}

/** Returns what is unsupported apart from architecture and rotary embedding. */
function unsupported(hf: HfConfig): string[] {
  const problems: string[] = [];
  if (hf["quantization_config"] != null)
    problems.push("quantization_config (choose the unquantised model, or a GGUF file)");
  const activation = hf.hidden_act ?? "silu";
  if (!SILU.includes(activation)) problems.push(`hidden_act "${activation}" (supported: silu)`);
  const headDim = hf.head_dim ?? hf.hidden_size / hf.num_attention_heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0)
    problems.push(`head dimension ${headDim} (supported: even numbers)`);
  if (hf.num_attention_heads % (hf.num_key_value_heads ?? hf.num_attention_heads) !== 0) {
    problems.push("num_attention_heads is not a multiple of num_key_value_heads");
  }
  return problems;
}

/** Returns the `config.json` of a decoder, as `transformers` writes it; the inverse of `readModelConfig`. */
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
    ...(config.outputBias ? { attention_bias: true } : {}),
    ...(config.mlpBias ? { mlp_bias: true } : {}),
    tie_word_embeddings: config.tied,
    torch_dtype: "float32",
    bos_token_id: 1,
    eos_token_id: otherEos.length === 0 ? eos : config.eosTokens,
    pad_token_id: 0,
  };
}
