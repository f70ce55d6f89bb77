/** Opens a GGUF file as the Hugging Face folder it was converted from, weights in float32. */
import type { ByteSource } from "../byteSource.ts";
import { readGgufTensor } from "./gguf.ts";
import { readGgufHeader, type GgufEntry } from "./ggufHeader.ts";
import { GgufMetadata } from "./ggufMetadata.ts";
import { headsOf, huggingFaceName } from "./ggufNames.ts";
import { GgufError } from "./ggufError.ts";
import { readRopeScaling, ROPE_DIVISORS } from "./ggufRotary.ts";
import { readGgufTokenizer, stopTokens } from "./ggufTokenizer.ts";
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

/** Opens a file whose tensors are read on demand. Rejects with `GgufError` if it is damaged or unsupported. */
export async function openGgufModel(source: ByteSource): Promise<OpenedFolder> {
  const header = await readGgufHeader(source);
  const metadata = new GgufMetadata(header.metadata);
  const name = metadata.requiredText("general.architecture");
  const architecture = ARCHITECTURES.get(name);
  if (architecture === undefined) {
    const known = [...ARCHITECTURES.keys()].join(", ");
    throw new GgufError(`the architecture is ${name}; supported are ${known}`, "Choose another model.");
  }
  const shapes = new Map(header.entries.map((entry) => [entry.name, entry.shape]));
  const heads = metadata.required(`${name}.attention.head_count`);
  const kvHeads = metadata.number(`${name}.attention.head_count_kv`) ?? heads;
  const { tokenizerJson, tokenizerConfig } = readGgufTokenizer(metadata);
  const rotary = header.entries.find((entry) => entry.name === ROPE_DIVISORS);
  const divisors = rotary === undefined ? undefined : (await readGgufTensor(source, rotary)).data;
  const config = configOf(name, architecture.className, metadata, shapes, { heads, kvHeads, divisors });
  const generationConfig = { eos_token_id: config["eos_token_id"] };
  const weights = weightsOf(source, header.entries, (own) =>
    architecture.isInterleaved ? headsOf(own, heads, kvHeads) : null,
  );
  return { texts: { config, tokenizerJson, tokenizerConfig, generationConfig }, weights };
}

/** Weights by Hugging Face name; `interleavedHeads` returns the heads of a matrix with interleaved rows, else null. */
function weightsOf(
  source: ByteSource,
  entries: readonly GgufEntry[],
  interleavedHeads: (name: string) => number | null,
): WeightSource {
  const byName = new Map<string, GgufEntry>();
  for (const entry of entries) {
    const own = ownName(entry.name);
    if (own !== null) byName.set(own, entry);
  }
  return {
    shapes: new Map([...byName].map(([name, { shape }]) => [name, shape])),
    async read(name) {
      const tensor = await readGgufTensor(source, byName.get(name) ?? failMissing(name));
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
  if ((optional("expert_count") ?? 0) > 0)
    throw new GgufError("mixture-of-experts models are not supported", "Choose a dense model.");
  const width = of("embedding_length");
  const headDim = optional("attention.key_length") ?? optional("rope.dimension_count") ?? width / heads;
  const ropeTheta = shortest(optional("rope.freq_base") ?? 10_000);
  return {
    architectures: [className],
    model_type: name,
    hidden_act: "silu",
    hidden_size: width,
    intermediate_size: of("feed_forward_length"),
    num_hidden_layers: of("block_count"),
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim,
    vocab_size: (shapes.get("token_embd.weight") ?? failMissing("token_embd.weight"))[0],
    max_position_embeddings: of("context_length"),
    rms_norm_eps: shortest(of("attention.layer_norm_rms_epsilon")),
    rope_theta: ropeTheta,
    rope_scaling: readRopeScaling(name, metadata, divisors, { headDim, ropeTheta }),
    tie_word_embeddings: !shapes.has("output.weight"),
    torch_dtype: "float32",
    bos_token_id: metadata.number("tokenizer.ggml.bos_token_id") ?? null,
    eos_token_id: stopTokens(metadata),
    pad_token_id: metadata.number("tokenizer.ggml.padding_token_id") ?? null,
  };
}

/** Returns the shortest decimal with the same float32 value: 1e-5 for 9.999999747378752e-6. */
function shortest(value: number): number {
  const short = Number(value.toPrecision(7));
  return Math.fround(short) === Math.fround(value) ? short : value;
}

/** Returns the Hugging Face name of a tensor; null for rotary divisors, which become part of the configuration. */
function ownName(name: string): string | null {
  if (name === ROPE_DIVISORS) return null;
  const found = huggingFaceName(name);
  if (found !== null) return found;
  throw new GgufError(
    `tensor ${JSON.stringify(name)} is not part of a supported model`,
    "Choose another model.",
  );
}
