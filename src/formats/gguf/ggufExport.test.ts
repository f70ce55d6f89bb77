import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytesSource } from "../byteSource.ts";
import { exportGguf, type ExportedDecoder } from "./ggufExport.ts";
import { readGgufHeader } from "./ggufHeader.ts";
import { openGgufModel } from "./ggufModel.ts";
import { ROPE_DIVISORS } from "./ggufRotary.ts";
import type { JsonObject } from "../jsonObject.ts";
import { readModelFolder, wholeFolder, type ModelFolder } from "../huggingface/modelFolder.ts";
import type { Packing } from "../numbers/narrowFloats.ts";
import { wholeFile } from "../streamed.ts";
import { weightsInMemory } from "../numbers/weightSource.ts";

const read = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, import.meta.url)));
const readGguf = async (file: Uint8Array): Promise<ModelFolder> =>
  wholeFolder(await openGgufModel(bytesSource(file)));
const tiny = (kind: string): Promise<ModelFolder> => readGguf(read(`../fixtures/tiny-${kind}.gguf`));
const KINDS = ["llama", "qwen2", "llama3", "mistral", "qwen3"] as const;
const ABACUS = "../../../public/models/abacus-0.1M/";
const PARTS = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const abacus = await readModelFolder(new Map(PARTS.map((name) => [name, read(ABACUS + name)])));

type Llama3 = Extract<ExportedDecoder["ropeScaling"], { type: "llama3" }>;

function scalingOf(config: JsonObject): Llama3 | null {
  const scaling = config["rope_scaling"] as Readonly<Record<string, number>> | null | undefined; // of our fixtures
  if (scaling == null) return null;
  return {
    type: "llama3",
    factor: scaling["factor"]!,
    lowFrequency: scaling["low_freq_factor"]!,
    highFrequency: scaling["high_freq_factor"]!,
    originalPositions: scaling["original_max_position_embeddings"]!,
  };
}

/** What `readModelConfig` of the layer above reads. */
function decoderOf({ config }: ModelFolder): ExportedDecoder {
  const number = (key: string): number => Number(config[key]);
  return {
    architecture: config["model_type"] as "llama" | "qwen2" | "qwen3", // of our fixtures
    width: number("hidden_size"),
    layers: number("num_hidden_layers"),
    heads: number("num_attention_heads"),
    kvHeads: number("num_key_value_heads"),
    headDim: number("head_dim"),
    hiddenWidth: number("intermediate_size"),
    vocabulary: number("vocab_size"),
    maxPositions: number("max_position_embeddings"),
    ropeTheta: number("rope_theta"),
    ropeScaling: scalingOf(config),
    normEpsilon: number("rms_norm_eps"),
    eosTokens: [config["eos_token_id"]].flat().map(Number),
  };
}

async function written(
  folder: ModelFolder,
  packing: Packing,
  changed: Partial<ExportedDecoder> = {},
): Promise<Uint8Array> {
  const decoder = { ...decoderOf(folder), ...changed };
  const { pieces, bytes } = exportGguf(folder, weightsInMemory(folder.weights), decoder, {
    packing,
    name: "m",
  });
  const file = await wholeFile({ pieces, bytes });
  expect(file.length).toBe(bytes);
  return file;
}

describe("a model written as GGUF", () => {
  it.each(KINDS)("is the same when read again, every bit of it in F32: %s", async (kind) => {
    const folder = await tiny(kind);
    expect(await readGguf(await written(folder, "F32"))).toEqual(folder);
  });

  it.each(KINDS)("has the tensors of llama.cpp's converter, byte for byte: %s", async (kind) => {
    const tensorsOf = async (file: Uint8Array) => {
      const { entries } = await readGgufHeader(bytesSource(file));
      return new Map(entries.map(({ name, begin, end }) => [name, file.slice(begin, end)]));
    };
    const expected = await tensorsOf(read(`../fixtures/tiny-${kind}.gguf`));
    const found = await tensorsOf(await written(await tiny(kind), "F32"));
    const [divisors, theirs] = [found, expected].map((tensors) => {
      const bytes = tensors.get(ROPE_DIVISORS) ?? new Uint8Array();
      tensors.delete(ROPE_DIVISORS);
      return new Float32Array(bytes.slice().buffer);
    });
    expect(divisors).toHaveLength(theirs!.length);
    // The converter computes them in float32.
    for (const [i, divisor] of divisors!.entries()) expect(divisor / theirs![i]!).toBeCloseTo(1, 5);
    expect(found).toEqual(expected);
  });

  it("keeps vectors in F32, and in F16 what does not fill blocks of 32", async () => {
    const { entries } = await readGgufHeader(bytesSource(await written(abacus, "Q8_0")));
    const types = new Map(entries.map(({ name, type }) => [name, type.name]));
    expect(types.get("output_norm.weight")).toBe("F32");
    expect(types.get("blk.0.ffn_down.weight")).toBe("Q8_0"); // rows of 128
    expect(types.get("blk.0.attn_q.weight")).toBe("F16"); // rows of 48
  });

  it("names the special tokens wherever the folder does, and the one before every text", async () => {
    const folder = await tiny("llama");
    const { bos_token: bos, chat_template } = folder.tokenizerConfig;
    expect(bos).toBe("<s>");
    const single = [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }];
    const tokenizerJson = { ...folder.tokenizerJson, post_processor: { type: "TemplateProcessing", single } };
    const moved = {
      ...folder,
      tokenizerJson,
      tokenizerConfig: { chat_template },
      specialTokensMap: { bos_token: { content: bos } },
    };
    const { metadata } = await readGgufHeader(bytesSource(await written(moved, "F32")));
    expect(metadata.get("tokenizer.ggml.bos_token_id")).toBe(folder.config["bos_token_id"]);
    expect(folder.config["bos_token_id"]).toBe(0);
    expect(metadata.get("tokenizer.ggml.add_bos_token")).toBe(true);
  });

  it("says that a linear scaling stretches positions, and by how much", async () => {
    const config = { ...abacus.config, rope_scaling: { rope_type: "linear", factor: 2 } };
    const ropeScaling = { type: "linear", factor: 2 } as const;
    const again = await readGguf(await written({ ...abacus, config }, "F32", { ropeScaling }));
    expect(again.config["rope_scaling"]).toEqual(config.rope_scaling);
  });

  it("keeps a head of its own, whatever the configuration says", async () => {
    const head = { shape: [464, 48], data: new Float32Array(464 * 48).fill(0.5) };
    const weights = new Map([...abacus.weights, ["lm_head.weight", head] as const]);
    const again = await readGguf(await written({ ...abacus, weights }, "F32"));
    expect(abacus.config["tie_word_embeddings"]).toBe(true);
    expect(again.config["tie_word_embeddings"]).toBe(false);
    expect(again.weights).toEqual(weights);
  });

  it("keeps the biases of a Llama, whose file may have any of them", async () => {
    const biases = [
      ["self_attn.q_proj", 48],
      ["self_attn.k_proj", 24],
      ["mlp.down_proj", 48],
    ] as const;
    const added = biases.map(([part, size]) => {
      const data = Float32Array.from({ length: size }, (_, i) => i / 8);
      return [`model.layers.1.${part}.bias`, { shape: [size], data }] as const;
    });
    const again = await readGguf(
      await written({ ...abacus, weights: new Map([...abacus.weights, ...added]) }, "F32"),
    );
    expect(again.config).toMatchObject({ attention_bias: true, mlp_bias: true });
    for (const [name, tensor] of added) expect(again.weights.get(name)).toEqual(tensor);
    for (const part of ["self_attn.q_proj", "self_attn.o_proj", "mlp.gate_proj"])
      expect(again.weights.get(`model.layers.0.${part}.bias`)!.data.every((value) => value === 0)).toBe(true);
  });

  it("rejects what llama.cpp does not read in an architecture", async () => {
    const qwen = await tiny("qwen2");
    const bias = { shape: [24], data: new Float32Array(24) };
    const weights = new Map([...qwen.weights, ["model.layers.0.self_attn.o_proj.bias", bias] as const]);
    await expect(written({ ...qwen, weights }, "F32")).rejects.toThrow(
      /no parameter "model.layers.0.self_attn.o_proj.bias" in qwen2 models/,
    );
    const ropeScaling = scalingOf((await tiny("llama3")).config);
    await expect(written(qwen, "F32", { ropeScaling })).rejects.toThrow(/no Llama 3 scaling .* in qwen2/);
  });

  it.each([4, 8, 16])("keeps Llama 3's scaling of heads of size %i", async (headDim) => {
    const llama = await tiny("llama3");
    const ropeScaling = { ...scalingOf(llama.config)!, lowFrequency: 1.5, highFrequency: 3.25 };
    const file = await written(llama, "F32", { ropeScaling, headDim });
    expect(scalingOf((await readGguf(file)).config)).toEqual(ropeScaling);
  });
});

describe("the tokenizer of a model written as GGUF", () => {
  const metadataOf = async (folder: ModelFolder, changed: Partial<ExportedDecoder> = {}) =>
    (await readGgufHeader(bytesSource(await written(folder, "F32", changed)))).metadata;

  it("keeps a pre-tokenizer that llama.cpp knows, and describes how the closest one differs otherwise", async () => {
    expect((await metadataOf(await tiny("llama"))).get("tokenizer.ggml.pre")).toBe("smollm");
    const weights = weightsInMemory(abacus.weights);
    const { preTokenizer } = exportGguf(abacus, weights, decoderOf(abacus), { packing: "F32", name: "m" });
    expect(preTokenizer).toEqual({
      name: "superbpe",
      differs: 'letters after "? ", and words that follow a backslash',
    });
  });

  it("has a token for every row of the embedding, and the special ones by their keys", async () => {
    const metadata = await metadataOf(abacus, { vocabulary: 466 });
    const [tokens, kinds] = ["tokens", "token_type"].map((key) => metadata.get(`tokenizer.ggml.${key}`));
    expect(tokens).toMatchObject({ length: 466, 0: "<pad>", 1: "<bos>", 2: "<eos>", 465: "[PAD465]" });
    expect(kinds).toMatchObject({ 0: 3, 1: 3, 2: 3, 3: 1, 465: 5 });
    const ids = ["bos", "eos", "padding"].map((key) => metadata.get(`tokenizer.ggml.${key}_token_id`));
    expect(ids).toEqual([1, 2, 0]);
  });

  it("keeps up to three end tokens without a known name, and rejects more", async () => {
    const again = await readGguf(await written(abacus, "F32", { eosTokens: [2, 7, 9] }));
    expect(again.config["eos_token_id"]).toEqual([2, 7, 9]);
    await expect(written(abacus, "F32", { eosTokens: [2, 7, 9, 11] })).rejects.toThrow(
      /more end tokens than GGUF has keys for: 2, 7/,
    );
  });

  it("rejects an unknown pre-tokenizer, and a tokenizer that is not BPE", async () => {
    const changed = (values: JsonObject): ModelFolder => ({
      ...abacus,
      tokenizerJson: { ...abacus.tokenizerJson, ...values },
    });
    await expect(written(changed({ pre_tokenizer: { type: "Whitespace" } }), "F32")).rejects.toThrow(
      /no known equivalent .* Export safetensors instead/,
    );
    await expect(written(changed({ model: { type: "Unigram", vocab: [] } }), "F32")).rejects.toThrow(
      /byte-level BPE/,
    );
  });
});
