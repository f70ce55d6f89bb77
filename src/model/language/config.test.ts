import { describe, expect, test } from "vitest";
import { ModelConfigError, readModelConfig, writeModelConfig, type ModelConfig } from "./config.ts";
import { loadFixture, TINY_CONFIG } from "../fixture.ts";

const LLAMA = {
  model_type: "llama",
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 160,
  vocab_size: 464,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
};

describe("reading config.json", () => {
  test("takes what a plain Llama leaves out at the values of transformers", () => {
    expect(readModelConfig(LLAMA)).toEqual({
      architecture: "llama",
      width: 64,
      layers: 2,
      heads: 4,
      kvHeads: 4,
      headDim: 16,
      hiddenWidth: 160,
      vocabulary: 464,
      maxPositions: 512,
      ropeTheta: 10_000,
      ropeScaling: null,
      normEpsilon: 1e-5,
      tied: false,
      qkvBias: false,
      outputBias: false,
      mlpBias: false,
      qkNorm: false,
      eosTokens: [],
    });
  });

  test("finds the rotary base in either of its places", () => {
    expect(readModelConfig({ ...LLAMA, rope_theta: 5e5 }).ropeTheta).toBe(5e5);
    const parameters = { rope_theta: 1e6, rope_type: "default" };
    expect(readModelConfig({ ...LLAMA, rope_parameters: parameters }).ropeTheta).toBe(1e6);
  });

  const llama3 = {
    rope_type: "llama3",
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };

  test("finds the scaling of the rotary embedding in either of its places, under either name", () => {
    const scaling = {
      type: "llama3",
      factor: 8,
      lowFrequency: 1,
      highFrequency: 4,
      originalPositions: 8192,
    };
    const old = readModelConfig({ ...LLAMA, rope_theta: 5e5, rope_scaling: llama3 });
    expect(old).toMatchObject({ ropeTheta: 5e5, ropeScaling: scaling });
    const recent = readModelConfig({ ...LLAMA, rope_parameters: { ...llama3, rope_theta: 5e5 } });
    expect(recent).toEqual(old);
    const linear = readModelConfig({ ...LLAMA, rope_scaling: { type: "linear", factor: 2 } });
    // As transformers 5.24 reads them, see tools/oracle/make_mutation_fixture.py.
    const both = { rope_parameters: { rope_theta: 300, rope_type: "default" }, rope_theta: 700 };
    expect(readModelConfig({ ...LLAMA, ...both, rope_scaling: llama3 })).toMatchObject({ ropeTheta: 700 });
    expect(readModelConfig({ ...LLAMA, ...both, rope_scaling: {} })).toMatchObject({ ropeTheta: 300 });
    const atTop = readModelConfig({ ...LLAMA, rope_scaling: llama3, original_max_position_embeddings: 16 });
    expect(atTop.ropeScaling).toMatchObject({ originalPositions: 16 });
    expect(linear.ropeScaling).toEqual({ type: "linear", factor: 2 });
  });

  test("lets positions go as far as a window shows all of a text", () => {
    const positions = (change: object): number => readModelConfig({ ...LLAMA, ...change }).maxPositions;
    expect(positions({ model_type: "mistral", sliding_window: 128 })).toBe(128);
    expect(positions({ model_type: "ministral", sliding_window: 128 })).toBe(128);
    expect(positions({ model_type: "mistral", sliding_window: 1024 })).toBe(512);
    expect(positions({ model_type: "mistral", sliding_window: null })).toBe(512);
    expect(positions({ model_type: "mistral", max_position_embeddings: 32_768 })).toBe(4096); // unsaid
    expect(positions({ model_type: "qwen2", use_sliding_window: false, sliding_window: 128 })).toBe(512);
    expect(positions({ model_type: "qwen2", use_sliding_window: true, sliding_window: 128 })).toBe(128);
  });

  test("gives Qwen2 its biases", () => {
    expect(readModelConfig({ ...LLAMA, model_type: "qwen2" })).toMatchObject({
      architecture: "qwen2",
      qkvBias: true,
    });
  });

  test("gives Qwen3 its norms of heads", () => {
    expect(readModelConfig({ ...LLAMA, model_type: "qwen3", head_dim: 32 })).toMatchObject({
      architecture: "qwen3",
      headDim: 32,
      qkvBias: false,
      qkNorm: true,
    });
  });

  test("adds the biases that are switched on", () => {
    const all = { attention_bias: true, mlp_bias: true };
    expect(readModelConfig({ ...LLAMA, ...all })).toMatchObject({
      qkvBias: true,
      outputBias: true,
      mlpBias: true,
    });
    expect(readModelConfig({ ...LLAMA, model_type: "qwen3", attention_bias: true })).toMatchObject({
      qkvBias: true,
      outputBias: true,
      mlpBias: false,
    });
  });

  test("reads fields that are missing, null or named otherwise as transformers does", () => {
    const written = { hidden_act: "swish", num_key_value_heads: null, rms_norm_eps: undefined };
    const { heads, kvHeads, normEpsilon } = readModelConfig({ ...LLAMA, ...written });
    expect([kvHeads, normEpsilon]).toEqual([heads, 1e-6]);
  });

  test("takes one end token or several", () => {
    expect(readModelConfig({ ...LLAMA, eos_token_id: 2 }).eosTokens).toEqual([2]);
    expect(readModelConfig({ ...LLAMA, eos_token_id: [2, 5] }).eosTokens).toEqual([2, 5]);
  });

  test.each([
    [{ model_type: "gpt2" }, 'model_type "gpt2" (supported: llama, mistral, qwen2, qwen3)'],
    [{ model_type: undefined }, "model_type"],
    [{ hidden_size: 0 }, "hidden_size"],
    [{ num_hidden_layers: 1.5 }, "num_hidden_layers"],
    [{ vocab_size: "464" }, "vocab_size"],
    [{ rope_scaling: { type: "dynamic" } }, 'of type "dynamic" (supported: linear, dynamic with factor, '],
    [{ rope_scaling: { type: "longrope", factor: 2 } }, 'of type "longrope" (supported: linear, '],
    [{ rope_parameters: { rope_type: "yarn" } }, "yarn rope_scaling without a factor of at least 1"],
    [{ rope_scaling: { type: "linear" } }, "linear rope_scaling without factor"],
    [{ rope_scaling: { ...llama3, high_freq_factor: undefined } }, "llama3 rope_scaling without factor, "],
    [{ rope_scaling: { ...llama3, high_freq_factor: 1 } }, "low_freq_factor 1 must be less than high_freq_f"],
    [
      { rope_scaling: { ...llama3, original_max_position_embeddings: undefined } },
      "without original_max_position_embeddings",
    ],
    [{ rope_scaling: { ...llama3, factor: "8" } }, "rope_scaling.factor"],
    [{ rope_parameters: { partial_rotary_factor: 0.5 } }, "partial_rotary_factor"],
    [{ partial_rotary_factor: 0.5 }, "partial_rotary_factor"],
    [
      { rope_parameters: { full_attention: { rope_theta: 70 } } },
      "parameters of their own for full_attention",
    ],
    [{ layer_types: ["full_attention", "sliding_attention"] }, 'layer_types with "sliding_attention"'],
    [{ layer_types: ["full_attention"] }, "layer_types of 1 layers, but num_hidden_layers"],
    [{ quantization_config: { quant_method: "gptq" } }, "quantization_config (choose the unquantised model"],
    [{ rms_norm_eps: -1 }, "rms_norm_eps"],
    [{ model_type: "mistral", attention_bias: true }, "attention_bias"],
    [{ model_type: "qwen2", attention_bias: true }, "attention_bias"],
    [{ model_type: "qwen3", mlp_bias: true }, "mlp_bias"],
    [{ hidden_act: "gelu" }, 'hidden_act "gelu"'],
    [{ head_dim: 15 }, "head dimension 15"],
    [{ num_attention_heads: 5 }, "head dimension 12.8"],
    [{ num_key_value_heads: 3 }, "num_attention_heads is not a multiple of num_key_value_heads"],
  ])("refuses %o by name", (change, name) => {
    expect(() => readModelConfig({ ...LLAMA, ...change })).toThrow(ModelConfigError);
    expect(() => readModelConfig({ ...LLAMA, ...change })).toThrow(name);
  });

  test.each([null, 7, "llama", []])("refuses %o, which is no object", (json) => {
    expect(() => readModelConfig(json)).toThrow("config.json is not a decoder configuration");
  });

  test("names every field it does not run", () => {
    expect(() => readModelConfig({ ...LLAMA, head_dim: 15, hidden_act: "relu" })).toThrow(
      /hidden_act "relu" \(supported: silu\); head dimension 15/,
    );
  });
});

describe("writing config.json", () => {
  const qwen: ModelConfig = {
    ...TINY_CONFIG,
    architecture: "qwen2",
    qkvBias: true,
    tied: false,
    headDim: 10,
    eosTokens: [2, 3],
  };
  test.each([
    ["a Llama", TINY_CONFIG],
    ["a Qwen2 with two end tokens", qwen],
    ["a model that never ends", { ...TINY_CONFIG, eosTokens: [] }],
    ["a Mistral", { ...TINY_CONFIG, architecture: "mistral", headDim: 12 }],
    ["a Qwen3", loadFixture("tiny-qwen3").config],
    ["a Llama of stretched positions", { ...TINY_CONFIG, ropeScaling: { type: "linear", factor: 4 } }],
    ["a Llama 3.1", loadFixture("tiny-llama3").config],
  ] satisfies [string, ModelConfig][])("of %s reads back the same", (_, config) => {
    const written: unknown = JSON.parse(JSON.stringify(writeModelConfig(config)));
    expect(readModelConfig(written)).toEqual(config);
  });
});
