/** Seeded changes of one tensor or metadata key of the tiny GGUF files, for tests and tools/oracle/make_gguf_mutations.mjs. */
import { readFileSync } from "node:fs";
import { createRandom } from "../../math/random.ts";
import { elementCount, type Tensor } from "../../math/tensor.ts";
import { bytesSource } from "../byteSource.ts";
import { readGgufTensor } from "./gguf.ts";
import { readGgufHeader } from "./ggufHeader.ts";
import { aligned, ggufHeader, type MetadataValue } from "./ggufHeaderBytes.ts";
import type { GgufValue } from "./ggufParser.ts";

/** A file in memory; all of its tensors are F32. */
export interface EditableGguf {
  readonly metadata: ReadonlyMap<string, MetadataValue>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** A changed file. */
export interface GgufMutation {
  readonly base: string;
  readonly name: string;
  readonly file: EditableGguf;
}

/** Reads a tiny file of src/formats/fixtures. */
export async function editableGguf(name: string): Promise<EditableGguf> {
  const source = bytesSource(
    new Uint8Array(readFileSync(new URL(`../fixtures/${name}.gguf`, import.meta.url))),
  );
  const { metadata, entries } = await readGgufHeader(source);
  const tensors = new Map<string, Tensor>();
  for (const entry of entries) tensors.set(entry.name, await readGgufTensor(source, entry));
  return { metadata: new Map([...metadata].map(([key, value]) => [key, typed(key, value)])), tensors };
}

/** The types that files have are those that their writers give them: llama.cpp refuses others. */
function typed(key: string, value: GgufValue): MetadataValue {
  if (typeof value === "string") return { text: value };
  if (typeof value === "boolean") return { flag: value };
  if (typeof value === "number")
    return /freq_base|epsilon|factor/.test(key) ? { float32: value } : { uint32: value };
  return key.endsWith("token_type") ? { int32s: value.map(Number) } : { texts: value.map(String) };
}

/** Returns the bytes of a file. */
export function ggufBytes({ metadata, tensors }: EditableGguf): Uint8Array {
  const placed = [...tensors].map(([name, { shape }]) => ({ name, shape, packing: "F32" as const }));
  const parts = [...tensors.values()].map(({ shape, data }) => {
    const bytes = new Uint8Array(aligned(4 * elementCount(shape)));
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return bytes;
  });
  return new Uint8Array(Buffer.concat([ggufHeader(metadata, placed), ...parts]));
}

/** Tensors that files of some model have, by shape; those of a layer after "blk.N.". */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  width: [
    "attn_output.bias",
    "ffn_down.bias",
    "attn_norm.bias",
    "ffn_norm.bias",
    "post_attention_norm.weight",
  ],
  queries: ["attn_q.bias"],
  keys: ["attn_k.bias", "attn_v.bias"],
  hidden: ["ffn_gate.bias", "ffn_up.bias"],
  head: ["attn_q_norm.weight", "attn_k_norm.weight"],
  one: ["attn_q.scale", "ffn_down.scale", "attn_k.input_scale", "layer_output_scale.weight"],
};

/** Keys that files of some model have, with values at which they would count. */
const KEYS: Readonly<Record<string, MetadataValue>> = {
  "rope.scaling.factor": { float32: 4 },
  "rope.scale_linear": { float32: 4 },
  "rope.scaling.attn_factor": { float32: 1.5 },
  "rope.scaling.yarn_ext_factor": { float32: 1 },
  "rope.scaling.yarn_beta_fast": { float32: 16 },
  "rope.scaling.type": { text: "yarn" },
  "rope.scaling.original_context_length": { uint32: 16 },
  "rope.scaling.finetuned": { flag: true },
  "rope.dimension_count": { uint32: 4 },
  "rope.freq_base": { float32: 3 },
  "attention.causal": { flag: false },
  "attention.scale": { float32: 0.9 },
  "attention.clamp_kqv": { float32: 0.1 },
  "attention.max_alibi_bias": { float32: 8 },
  "attention.sliding_window": { uint32: 2 },
  "attention.key_length": { uint32: 4 },
  "attention.value_length": { uint32: 4 },
  "attention.layer_norm_epsilon": { float32: 0.1 },
  attn_logit_softcapping: { float32: 1 },
  final_logit_softcapping: { float32: 1 },
  logit_scale: { float32: 2 },
  embedding_scale: { float32: 2 },
  residual_scale: { float32: 2 },
  use_parallel_residual: { flag: true },
  expert_count: { uint32: 2 },
  expert_used_count: { uint32: 1 },
  expert_weights_scale: { float32: 2 },
  leading_dense_block_count: { uint32: 1 },
  nextn_predict_layers: { uint32: 1 },
  pooling_type: { uint32: 1 },
  vocab_size: { uint32: 7 },
  tensor_data_layout: { text: "Meta AI original pth" },
};

/** Keys of the tokenizer. */
const TOKENIZER_KEYS: Readonly<Record<string, MetadataValue>> = {
  "tokenizer.ggml.add_bos_token": { flag: true },
  "tokenizer.ggml.add_eos_token": { flag: true },
  "tokenizer.ggml.add_space_prefix": { flag: true },
  "tokenizer.ggml.bos_token_id": { uint32: 4000 },
  "tokenizer.ggml.eot_token_id": { uint32: 5 },
  "tokenizer.ggml.unknown_token_id": { uint32: 3 },
  "tokenizer.ggml.pre": { text: "llama-bpe" },
  "general.type": { text: "adapter" },
  "general.license": { text: "mit" },
};

/** Returns `each` of the possible changes of every file, always the same for a seed, and the files themselves. */
export async function ggufMutations(seed: number, each: number): Promise<GgufMutation[]> {
  const random = createRandom(seed);
  const all: GgufMutation[] = [];
  for (const base of ["tiny-llama", "tiny-llama3", "tiny-qwen2", "tiny-qwen3"]) {
    const file = await editableGguf(base);
    all.push({ base, name: "unchanged", file });
    const possible = random.shuffle([...tensorMutations(file), ...keyMutations(file)]);
    for (const [name, edited] of possible.slice(0, each))
      all.push({ base, name, file: { ...file, ...edited } });
  }
  return all;
}

type Change = [string, Partial<EditableGguf>];

/** Tensors dropped, renamed, exchanged, cut, perturbed and added. */
function tensorMutations({ metadata, tensors }: EditableGguf): Change[] {
  const changes: Change[] = [];
  const change = (what: string, edited: ReadonlyMap<string, Tensor>): unknown =>
    changes.push([what, { tensors: edited }]);
  for (const [name, { shape, data }] of tensors) {
    const without = [...tensors].filter(([other]) => other !== name);
    change(`drop ${name}`, new Map(without));
    for (const to of [name.replace("blk.1", "blk.2"), name.replace("weight", "bias"), `${name}.x`])
      if (to !== name) change(`rename ${name} to ${to}`, new Map([...without, [to, { shape, data }]]));
    const scaled = { shape, data: data.map((value) => value * 1.5) };
    change(`scale ${name}`, new Map([...without, [name, scaled]]));
    const [rows = 0, ...rest] = shape;
    const left = { shape: [rows - 1, ...rest], data: data.slice(0, (data.length / rows) * (rows - 1)) };
    change(`cut ${name}`, new Map([...without, [name, left]]));
  }
  const sizes = sizesOf({ metadata, tensors });
  for (const [size, names] of Object.entries(OTHERS))
    for (const name of names.map((one) => `blk.1.${one}`))
      if (!tensors.has(name)) change(`add ${name}`, new Map([...tensors, [name, filled(sizes[size] ?? 1)]]));
  for (const [name, size] of [
    ["rope_freqs.weight", (sizes["head"] ?? 2) / 2],
    ["output_norm.bias", sizes["width"] ?? 1],
    ["output.bias", sizes["vocabulary"] ?? 1],
  ] as const)
    if (!tensors.has(name)) change(`add ${name}`, new Map([...tensors, [name, filled(size)]]));
  return changes;
}

function sizesOf({ metadata, tensors }: EditableGguf): Record<string, number> {
  const rows = (name: string): number => tensors.get(`blk.0.${name}.weight`)?.shape[0] ?? 0;
  const heads = [...metadata].find(([key]) => key.endsWith("attention.head_count"))?.[1];
  const [queries, width] = [rows("attn_q"), rows("attn_output")];
  const count = heads !== undefined && "uint32" in heads ? heads.uint32 : 1;
  const vocabulary = tensors.get("token_embd.weight")?.shape[0] ?? 0;
  return { width, queries, keys: rows("attn_k"), hidden: rows("ffn_up"), head: queries / count, vocabulary };
}

/** A vector of different values, none of them near 0. */
function filled(size: number): Tensor {
  return { shape: [size], data: Float32Array.from({ length: size }, (_, i) => 0.5 + ((i * 7) % 11) / 4) };
}

/** Keys dropped, renamed, perturbed and added. */
function keyMutations({ metadata }: EditableGguf): Change[] {
  const changes: Change[] = [];
  const change = (what: string, edited: readonly (readonly [string, MetadataValue])[]): unknown =>
    changes.push([what, { metadata: new Map(edited) }]);
  const architecture = metadata.get("general.architecture");
  const prefix = architecture !== undefined && "text" in architecture ? architecture.text : "";
  for (const [key, value] of metadata) {
    const without = [...metadata].filter(([other]) => other !== key);
    change(`drop ${key}`, without);
    change(`rename ${key} to ${key}s`, [...without, [`${key}s`, value]]);
    for (const other of perturbed(value))
      change(`set ${key} to ${JSON.stringify(other)}`, [...without, [key, other]]);
  }
  const added = Object.entries(KEYS).map(([key, value]) => [`${prefix}.${key}`, value] as const);
  for (const [key, value] of [...added, ...Object.entries(TOKENIZER_KEYS)])
    change(`set ${key} to ${JSON.stringify(value)}`, [
      ...[...metadata].filter(([other]) => other !== key),
      [key, value],
    ]);
  return changes;
}

function perturbed(value: MetadataValue): MetadataValue[] {
  if ("uint32" in value) return [0, value.uint32 + 1, 2 * value.uint32].map((uint32) => ({ uint32 }));
  if ("float32" in value) return [0, 1, 2 * value.float32].map((float32) => ({ float32 }));
  return "text" in value && value.text.length < 12 ? [{ text: "other" }] : [];
}
