/** Opens a GGUF file as the Hugging Face folder it was converted from, weights in float32. */
import type { ByteSource } from "../byteSource.ts";
import { readGgufTensor } from "./gguf.ts";
import { checkKeys } from "./ggufKeys.ts";
import { GgufMetadata } from "./ggufMetadata.ts";
import { headsOf, huggingFaceName, isPartOf } from "./ggufNames.ts";
import { GgufError } from "./ggufError.ts";
import { readRopeScaling, ROPE_DIVISORS } from "./ggufRotary.ts";
import { readGgufTokenizer, stopTokens } from "./ggufTokenizer.ts";
import { readJoinedHeader, type PlacedEntry } from "./ggufSplit.ts";
import { withHalvesApart } from "./headRows.ts";
import type { JsonObject } from "../jsonObject.ts";
import type { OpenedFolder } from "../huggingface/modelFolder.ts";
import { failMissing, type WeightSource } from "../numbers/weightSource.ts";

/** Architectures by llama.cpp's name. Its llama rotates adjacent dimensions, so that rows of q and k are interleaved. */
const ARCHITECTURES: ReadonlyMap<string, { readonly className: string; readonly isInterleaved: boolean }> =
  new Map([
    ["llama", { className: "LlamaForCausalLM", isInterleaved: true }], // also Mistral
    ["qwen2", { className: "Qwen2ForCausalLM", isInterleaved: false }],
    ["qwen3", { className: "Qwen3ForCausalLM", isInterleaved: false }],
  ]);

/**
 * Opens a file, or all parts of a split model, whose tensors are read on demand. Rejects with `GgufError` if it is damaged or
 * unsupported.
 */
export async function openGgufModel(...sources: readonly ByteSource[]): Promise<OpenedFolder> {
  const header = await readJoinedHeader(sources);
  const metadata = new GgufMetadata(header.metadata);
  const name = metadata.requiredText("general.architecture");
  const architecture = ARCHITECTURES.get(name);
  if (architecture === undefined) {
    const known = [...ARCHITECTURES.keys()].join(", ");
    throw new GgufError(`the architecture is ${name}; supported are ${known}`, "Choose another model.");
  }
  checkKeys(header.metadata, name);
  if (header.entries.length === 0)
    throw new GgufError("it has no tensors, only metadata", "Choose the file with the weights.");
  for (const entry of header.entries) checkTensor(name, entry.name);
  const shapes = new Map(header.entries.map((entry) => [entry.name, entry.shape]));
  const heads = metadata.required(`${name}.attention.head_count`);
  const kvHeads = metadata.number(`${name}.attention.head_count_kv`) ?? heads;
  const { tokenizerJson, tokenizerConfig } = readGgufTokenizer(metadata);
  const rotary = header.entries.find((entry) => entry.name === ROPE_DIVISORS);
  const divisors = rotary === undefined ? undefined : (await readGgufTensor(rotary.source, rotary)).data;
  const config = configOf(name, architecture.className, metadata, shapes, { heads, kvHeads, divisors });
  const [rows] = shapes.get("token_embd.weight") ?? [];
  if (rows === undefined) throw new GgufError("tensor token_embd.weight is missing");
  const tokens = metadata.texts("tokenizer.ggml.tokens").length;
  if (tokens !== rows)
    throw new GgufError(`the tokenizer has ${tokens} tokens, but token_embd.weight has ${rows} rows`);
  const generationConfig = { eos_token_id: config["eos_token_id"] };
  const weights = weightsOf(header.entries, (own) =>
    architecture.isInterleaved ? headsOf(own, heads, kvHeads) : null,
  );
  return {
    texts: { config, tokenizerJson, tokenizerConfig, generationConfig },
    weights: withAllBiases(weights, config),
  };
}

/** Kinds of biases that a configuration switches on together, and the matrices that have them. */
const BIASES = {
  attention_bias: ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"],
  mlp_bias: ["mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"],
} as const;

function hasBias(names: readonly string[], kind: keyof typeof BIASES): boolean {
  return names.some((name) => BIASES[kind].some((part) => name.endsWith(`${part}.bias`)));
}

/** Adds zeros for biases that the configuration switches on; llama.cpp reads any subset of them. */
function withAllBiases({ shapes, read }: WeightSource, config: JsonObject): WeightSource {
  const zeros = new Map<string, readonly number[]>();
  for (const kind of ["attention_bias", "mlp_bias"] as const)
    for (const [name, [rows = 0]] of config[kind] === true ? shapes : [])
      if (BIASES[kind].some((part) => name.endsWith(`${part}.weight`))) {
        const bias = name.replace(/weight$/, "bias");
        if (!shapes.has(bias)) zeros.set(bias, [rows]);
      }
  return {
    shapes: new Map([...shapes, ...zeros]),
    read: (name) => {
      const missing = zeros.get(name);
      return missing === undefined ? read(name) : Promise.resolve(new Float32Array(missing[0] ?? 0));
    },
  };
}

/** Weights by Hugging Face name; `interleavedHeads` returns the heads of a matrix with interleaved rows, else null. */
function weightsOf(
  entries: readonly PlacedEntry[],
  interleavedHeads: (name: string) => number | null,
): WeightSource {
  const byName = new Map<string, PlacedEntry>();
  for (const entry of entries) {
    const own = huggingFaceName(entry.name); // null of rotary divisors, which become part of the configuration
    if (own !== null) byName.set(own, entry);
  }
  return {
    shapes: new Map([...byName].map(([name, { shape }]) => [name, shape])),
    async read(name) {
      const entry = byName.get(name) ?? failMissing(name);
      const tensor = await readGgufTensor(entry.source, entry);
      const heads = interleavedHeads(name);
      return (heads === null ? tensor : withHalvesApart(tensor, heads)).data;
    },
  };
}

/** Inputs of the configuration other than metadata. */
interface Parts {
  readonly heads: number;
  readonly kvHeads: number;
  /** Divisors of rotary frequencies [headDim/2], if any. */
  readonly divisors: Float32Array | undefined;
}

function configOf(
  name: string,
  className: string,
  metadata: GgufMetadata,
  shapes: ReadonlyMap<string, readonly number[]>,
  { heads, kvHeads, divisors }: Parts,
): JsonObject {
  const of = (key: string): number => metadata.required(`${name}.${key}`);
  const optional = (key: string): number | undefined => metadata.number(`${name}.${key}`);
  const headDim = headDimOf(name, metadata, heads);
  const ropeTheta = shortest(optional("rope.freq_base") ?? 10_000);
  return {
    architectures: [className],
    model_type: name,
    hidden_act: "silu",
    hidden_size: of("embedding_length"),
    intermediate_size: of("feed_forward_length"),
    num_hidden_layers: of("block_count"),
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim,
    vocab_size: shapes.get("token_embd.weight")?.[0],
    // Full attention is exact within a sliding window.
    max_position_embeddings: Math.min(of("context_length"), optional("attention.sliding_window") || Infinity),
    rms_norm_eps: shortest(of("attention.layer_norm_rms_epsilon")),
    rope_theta: ropeTheta,
    rope_scaling: readRopeScaling(name, metadata, divisors, { headDim, ropeTheta }),
    tie_word_embeddings: !shapes.has("output.weight"),
    ...switchedBiases(name, [...shapes.keys()]),
    torch_dtype: "float32",
    bos_token_id: metadata.number("tokenizer.ggml.bos_token_id") ?? null,
    eos_token_id: stopTokens(metadata),
    pad_token_id: metadata.number("tokenizer.ggml.padding_token_id") ?? null,
  };
}

/** Returns the head dimension. Throws `GgufError` where llama.cpp's keys and values differ in size, or only a part is rotated. */
function headDimOf(name: string, metadata: GgufMetadata, heads: number): number {
  const average = metadata.required(`${name}.embedding_length`) / heads;
  const headDim = metadata.number(`${name}.attention.key_length`) ?? average;
  for (const [key, size] of [
    ["attention.value_length", metadata.number(`${name}.attention.value_length`) ?? average],
    ["rope.dimension_count", metadata.number(`${name}.rope.dimension_count`) ?? headDim],
  ] as const)
    if (size !== headDim)
      throw new GgufError(
        `${name}.${key} is ${size}, but keys have ${headDim} dimensions per head; only equal sizes are supported`,
        "Choose another model.",
      );
  return headDim;
}

/** Returns the configuration of the biases in a file; Qwen2's are not optional. */
function switchedBiases(architecture: string, names: readonly string[]): JsonObject {
  const own = names.map((name) => huggingFaceName(name) ?? "");
  const kinds = (["attention_bias", "mlp_bias"] as const).filter((kind) => hasBias(own, kind));
  return architecture === "qwen2" ? {} : Object.fromEntries(kinds.map((kind) => [kind, true]));
}

/** Returns the shortest decimal with the same float32 value: 1e-5 for 9.999999747378752e-6. */
function shortest(value: number): number {
  const short = Number(value.toPrecision(7));
  return Math.fround(short) === Math.fround(value) ? short : value;
}

/** Throws `GgufError` for a tensor that llama.cpp does not read in models of an architecture, or that the lab does not compute. */
function checkTensor(architecture: string, name: string): void {
  const isKnown =
    name === ROPE_DIVISORS
      ? architecture === "llama" // the only one for which llama.cpp reads it
      : huggingFaceName(name) !== null && isPartOf(architecture, name);
  if (!isKnown)
    throw new GgufError(
      `tensor ${JSON.stringify(name)} is not part of a supported ${architecture} model`,
      "Choose another model.",
    );
}
