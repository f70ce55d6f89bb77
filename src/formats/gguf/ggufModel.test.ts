import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bytesSource } from "../byteSource.ts";
import { GgufMetadata } from "./ggufMetadata.ts";
import { openGgufModel } from "./ggufModel.ts";
import type { GgufValue } from "./ggufParser.ts";
import { readRopeScaling, ropeDivisors } from "./ggufRotary.ts";
import { readGgufTokenizer, stopTokens } from "./ggufTokenizer.ts";
import { wholeFolder, type ModelFolder } from "../huggingface/modelFolder.ts";
import { readSafetensors } from "../safetensors/safetensors.ts";

/** The tiny models of src/model/fixtures as llama.cpp's converter lays them out: tools/oracle/make_gguf_fixtures.py. */
const read = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/tiny-${name}.gguf`, import.meta.url)));
const file = read("llama");
const open = async (bytes: Uint8Array): Promise<ModelFolder> =>
  wholeFolder(await openGgufModel(bytesSource(bytes)));
const source = (name: string): URL => new URL(`../../model/fixtures/tiny-${name}/`, import.meta.url);
const jsonOf = (name: string): object =>
  JSON.parse(readFileSync(new URL("config.json", source(name)), "utf8")) as object;

const LLAMA3 = {
  rope_type: "llama3",
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 8,
  original_max_position_embeddings: 128,
};

/** The file with a text of its metadata exchanged for one as long. */
function renamed(from: string, to: string): Uint8Array {
  const copy = Buffer.from(file);
  copy.write(to, copy.indexOf(from));
  return new Uint8Array(copy);
}

describe("a model that was converted to GGUF", async () => {
  const model = await open(file);

  it.each(["llama", "qwen2", "llama3", "mistral", "qwen3"])(
    "has the weights of the folder that it was converted from: %s",
    async (kind) => {
      const { weights } = await open(read(kind));
      const { tensors } = readSafetensors(readFileSync(new URL("model.safetensors", source(kind))));
      expect([...weights.keys()].sort()).toEqual([...tensors.keys()].sort());
      for (const [name, { shape, data }] of tensors) expect(weights.get(name)).toEqual({ shape, data });
    },
  );

  it("has its configuration, numbers as they were written", () => {
    const original = jsonOf("llama");
    const { config } = model;
    const shared = Object.keys(config).filter((key) => key in original);
    // The tiny model has its tokens from another tokenizer.
    const own = ["bos_token_id", "eos_token_id"];
    expect(shared).toContain("num_key_value_heads");
    for (const key of shared.filter((name) => !own.includes(name)))
      expect(original).toHaveProperty(key, config[key]);
    expect(config).toMatchObject({ rope_scaling: null, bos_token_id: 0, eos_token_id: [1, 2] });
    expect(model.generationConfig).toEqual({ eos_token_id: [1, 2] });
  });

  it("has what tells a Qwen 2 from a Llama", async () => {
    const { config } = await open(read("qwen2"));
    expect(config).toMatchObject({ model_type: "qwen2", tie_word_embeddings: false, head_dim: 8 });
    expect(config).toMatchObject({ rope_theta: 1_000_000, rms_norm_eps: 1e-6, num_key_value_heads: 1 });
  });

  it("has the settings of Llama 3's scaling, found again from what it divides frequencies by", async () => {
    const { config } = await open(read("llama3"));
    expect(config).toMatchObject({ rope_theta: 1000, head_dim: 16, rope_scaling: LLAMA3 });
  });

  it("runs as a Llama where it was a Mistral, with heads of any size", async () => {
    const { config } = await open(read("mistral"));
    expect(config).toMatchObject({
      model_type: "llama",
      hidden_size: 24,
      num_attention_heads: 4,
      head_dim: 12,
    });
  });

  it("has what tells a Qwen 3 from a Qwen 2", async () => {
    const { config } = await open(read("qwen3"));
    expect(config).toMatchObject({
      model_type: "qwen3",
      hidden_size: 24,
      num_attention_heads: 4,
      head_dim: 8,
    });
  });

  it("has its tokenizer and its chat template", () => {
    expect(model.tokenizerConfig).toMatchObject({ bos_token: "<s>", eos_token: "</s>", pad_token: null });
    expect(model.tokenizerConfig["chat_template"]).toBe("{{ bos_token }}{{ messages[0]['content'] }}");
    expect(model.tokenizerJson).toMatchObject({ model: { vocab: { "<s>": 0, "!": 3 }, merges: [] } });
  });

  it.each([
    ["llama", "gemma", /the architecture is gemma; supported are llama, qwen2, qwen3/],
    ["llama.context_length", "lamma.context_length", /metadata llama\.context_length is missing/],
    ["llama.context_length", "llama.context_lengt_", /llama\.context_lengt_ is 64: it may change what the/],
    ["gpt2", "bert", /the tokenizer is of type bert; only byte-level BPE \(gpt2\) is supported/],
    [
      "smollm",
      "zmollm",
      /the pre-tokenizer \(tokenizer\.ggml\.pre\) is "zmollm"; supported are gpt-2, smollm, /,
    ],
    ["blk.1.attn_q", "blk.1.attn_z", /tensor "blk\.1\.attn_z\.weight" is not part of a supported llama/],
  ])("is rejected with %s changed to %s", async (from, to, message) => {
    await expect(open(renamed(from, to))).rejects.toThrow(message);
  });
});

describe("what a file divides rotary frequencies by", () => {
  const rotary = { headDim: 128, ropeTheta: 500_000 };
  const divisorsOf = (factor: number): Float32Array =>
    ropeDivisors({
      ...rotary,
      ropeScaling: { type: "llama3", factor, lowFrequency: 1, highFrequency: 4, originalPositions: 8192 },
    })!;
  const settingsOf = (divisors: Float32Array) =>
    readRopeScaling("llama", new GgufMetadata(new Map()), divisors, rotary);

  it.each([8, 32])("are Llama 3.1's and 3.2's settings with factor %i", (factor) => {
    expect(settingsOf(divisorsOf(factor))).toEqual({
      rope_type: "llama3",
      factor,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    });
  });

  it("are rejected for any other scaling", () => {
    const others = [
      divisorsOf(8).map((divisor, i) => (i === 40 ? divisor * 1.01 : divisor)),
      divisorsOf(8).fill(2),
    ];
    for (const divisors of others)
      expect(() => settingsOf(divisors)).toThrow(/divisors .* do not match Llama 3's scaling/);
  });
});

describe("the tokenizer in a file's metadata", () => {
  const pieces = new Map<string, GgufValue>([
    ["tokenizer.ggml.model", "gpt2"],
    ["tokenizer.ggml.pre", "qwen2"],
    ["tokenizer.ggml.tokens", ["a", "b", "<|im_end|>", "<tool>", "<|eot_id|>", "<|endoftext|>"]],
    ["tokenizer.ggml.token_type", [1, 1, 3, 4, 1, 3]],
    ["tokenizer.ggml.merges", []],
    ["tokenizer.ggml.eos_token_id", 5],
    ["tokenizer.ggml.eot_token_id", 2],
  ]);

  it("keeps control tokens out of texts, and others that are never cut in them", () => {
    const { tokenizerJson } = readGgufTokenizer(new GgufMetadata(pieces));
    expect(tokenizerJson["added_tokens"]).toMatchObject([
      { id: 2, content: "<|im_end|>", special: true },
      { id: 3, content: "<tool>", special: false },
      { id: 5, content: "<|endoftext|>", special: true },
    ]);
  });

  it("ends a response at the named tokens and at every known end that is a control token", () => {
    expect(stopTokens(new GgufMetadata(pieces))).toEqual([5, 2]);
  });

  it("begins a text with BOS where llama.cpp does", () => {
    const bosOf = (entries: readonly (readonly [string, string | number | boolean])[]) => {
      const metadata = new GgufMetadata(
        new Map<string, GgufValue>([...pieces, ["tokenizer.ggml.bos_token_id", 5], ...entries]),
      );
      const { tokenizerJson, tokenizerConfig } = readGgufTokenizer(metadata);
      expect(tokenizerConfig).not.toHaveProperty("chat_template");
      return tokenizerJson["post_processor"];
    };
    const single = [{ SpecialToken: { id: "<|endoftext|>" } }, { Sequence: { id: "A" } }];
    expect(bosOf([])).toBeNull();
    expect(bosOf([["tokenizer.ggml.add_bos_token", true]])).toMatchObject({ single });
    expect(bosOf([["tokenizer.ggml.pre", "llama-bpe"]])).toMatchObject({ single });
    const off = [
      ["tokenizer.ggml.pre", "llama-bpe"],
      ["tokenizer.ggml.add_bos_token", false],
    ] as const;
    expect(bosOf(off)).toBeNull();
  });

  it("names the entry of the wrong type", () => {
    const wrong = new Map([...pieces, ["tokenizer.ggml.tokens", "a b"] as const]);
    expect(() => readGgufTokenizer(new GgufMetadata(wrong))).toThrow(
      'metadata tokenizer.ggml.tokens is "a b", not a list of strings',
    );
  });
});
