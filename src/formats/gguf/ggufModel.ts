/** A GGUF file of a language model -> the Hugging Face folder that it was converted from, weights in float32. */
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
import { failMissing } from "../safetensors/safetensors.ts";
import type { WeightSource } from "../numbers/weightSource.ts";

/** Architectures by llama.cpp's name. Its llama rotates neighbouring numbers, so that q and k come in another order. */
const ARCHITECTURES: ReadonlyMap<string, { readonly className: string; readonly isInterleaved: boolean }> =
  new Map([
    ["llama", { className: "LlamaForCausalLM", isInterleaved: true }], // Mistral's, too
    ["qwen2", { className: "Qwen2ForCausalLM", isInterleaved: false }],
    ["qwen3", { className: "Qwen3ForCausalLM", isInterleaved: false }],
  ]);

/** Opens a file, each tensor read when it is asked for. Rejects with `GgufError` for what is damaged or not computed here. */
export async function openGgufModel(source: ByteSource): Promise<OpenedFolder> {
  const header = await readGgufHeader(source);
  const metadata = new GgufMetadata(header.metadata);
  const name = metadata.requiredText("general.architecture");
  const architecture = ARCHITECTURES.get(name);
  if (architecture === undefined) {
    const known = [...ARCHITECTURES.keys()].join(", ");
    throw new GgufError(`its architecture is ${name}, and ${known} run`, "Choose another model.");
  }
  const shapes = new Map(header.entries.map((entry) => [entry.name, entry.shape]));
  const heads = metadata.required(`${name}.attention.head_count`);
  const kvHeads = metadata.number(`${name}.attention.head_count_kv`) ?? heads;
  const { tokenizerJson, tokenizerConfig } = readGgufTokenizer(metadata);
  const rotary = header.entries.find((entry) => entry.name === ROPE_DIVISORS);
  const divisors = rotary === undefined ? undefined : (await readGgufTensor(source, rotary)).data;
  const config = configOf(name, architecture.className, metadata, shapes, { heads, kvHeads, divisors });
  const generationConfig = { eos_token_id: config["eos_token_id"] };
  const weights = weightsBehind(source, header.entries, (own) =>
    architecture.isInterleaved ? headsOf(own, heads, kvHeads) : null,
  );
  return { texts: { config, tokenizerJson, tokenizerConfig, generationConfig }, weights };
}

/** Weights by Hugging Face's names; `turned` are those whose rows come in the order of llama.cpp's llama. */
function weightsBehind(
  source: ByteSource,
  entries: readonly GgufEntry[],
  turned: (name: string) => number | null,
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
      const heads = turned(name);
      return (heads === null ? tensor : withHalvesApart(tensor, heads)).data;
    },
  };
}

/** What the configuration needs beside the metadata. */
interface Parts {
  readonly heads: number;
  readonly kvHeads: number;
  /** Of rotary frequencies. */
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
    throw new GgufError("it is a mixture of experts, and dense models run", "Choose another model.");
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
    vocab_size: shapes.get("token_embd.weight")?.[0] ?? 0,
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

/** The shortest decimal that is the same float32: 1e-5 where the file has 9.999999747378752e-6. */
function shortest(value: number): number {
  const short = Number(value.toPrecision(7));
  return Math.fround(short) === Math.fround(value) ? short : value;
}

/** Hugging Face's name of a tensor; null for divisors of frequencies, which the configuration speaks of. */
function ownName(name: string): string | null {
  if (name === ROPE_DIVISORS) return null;
  const found = huggingFaceName(name);
  if (found !== null) return found;
  throw new GgufError(
    `tensor ${JSON.stringify(name)} has no part in the models that run`,
    "Choose another model.",
  );
}
