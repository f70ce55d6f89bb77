/**
 * Models worth starting with: each pinned to a commit of the Hub, with the config.json that the memory planner reads. Commits
 * and sizes are those of public records of downloads; a look-up asks the Hub for both again, and a download verifies checksums.
 */

/** A file or folder of weights at a commit. */
interface CuratedWeights {
  readonly repository: string;
  readonly commit: string;
  /** Bytes of the weights. */
  readonly bytes: number;
}

export interface CuratedModel extends CuratedWeights {
  readonly licence: string;
  /** Condition under which the Hub gives access; null for open models. */
  readonly gate: string | null;
  /** Strengths and limits, one sentence. */
  readonly about: string;
  /** The fields of config.json that a decoder reads. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The publisher's GGUF files, by the base precision that loses nothing more. */
  readonly ggufs: Readonly<Partial<Record<"q8_0" | "q4_0", CuratedWeights & { readonly file: string }>>>;
}

const APACHE = "Apache 2.0";

const smol = { model_type: "llama", rms_norm_eps: 1e-5, rope_theta: 100_000, eos_token_id: 2 };
const qwen = { rms_norm_eps: 1e-6, rope_theta: 1_000_000, vocab_size: 151_936, eos_token_id: 151_645 };
const tied = { tie_word_embeddings: true, hidden_act: "silu" };
const qwen15B = {
  ...{ model_type: "qwen2", hidden_size: 1536, intermediate_size: 8960, num_hidden_layers: 28 },
  ...{ num_attention_heads: 12, num_key_value_heads: 2, ...qwen, ...tied },
};

/** From the smallest to the largest. */
export const CURATED: readonly CuratedModel[] = [
  {
    repository: "HuggingFaceTB/SmolLM2-135M-Instruct",
    commit: "12fd25f77366fa6b3b4b768ec3050bf629380bac",
    bytes: 269_060_552,
    licence: APACHE,
    gate: null,
    about: "The smallest that follows instructions: fast everywhere, weak at arithmetic.",
    config: {
      ...{ ...smol, ...tied, hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30 },
      ...{ num_attention_heads: 9, num_key_value_heads: 3, vocab_size: 49_152 },
      max_position_embeddings: 8192,
    },
    ggufs: {},
  },
  {
    repository: "HuggingFaceTB/SmolLM2-360M-Instruct",
    commit: "a10cc1512eabd3dde888204e902eca88bddb4951",
    bytes: 723_674_912,
    licence: APACHE,
    gate: null,
    about: "Better at instructions than the 135M at under three times the size.",
    config: {
      ...{ ...smol, ...tied, hidden_size: 960, intermediate_size: 2560, num_hidden_layers: 32 },
      ...{ num_attention_heads: 15, num_key_value_heads: 5, vocab_size: 49_152 },
      max_position_embeddings: 8192,
    },
    ggufs: {
      q8_0: {
        repository: "HuggingFaceTB/SmolLM2-360M-Instruct-GGUF",
        commit: "593b5a2e04c8f3e4ee880263f93e0bd2901ad47f",
        file: "smollm2-360m-instruct-q8_0.gguf",
        bytes: 386_404_992,
      },
    },
  },
  {
    repository: "Qwen/Qwen2.5-0.5B-Instruct",
    commit: "7ae557604adf67be50417f59c2c2f167def9a775",
    bytes: 988_097_824,
    licence: APACHE,
    gate: null,
    about: "Solves easy word problems; a good first model for mathematics.",
    config: {
      ...{ model_type: "qwen2", hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24 },
      ...{ num_attention_heads: 14, num_key_value_heads: 2, ...qwen, ...tied },
      max_position_embeddings: 32_768,
    },
    ggufs: {
      q8_0: {
        repository: "Qwen/Qwen2.5-0.5B-Instruct-GGUF",
        commit: "9217f5db79a29953eb74d5343926648285ec7e67",
        file: "qwen2.5-0.5b-instruct-q8_0.gguf",
        bytes: 675_710_816,
      },
      q4_0: {
        repository: "Qwen/Qwen2.5-0.5B-Instruct-GGUF",
        commit: "9217f5db79a29953eb74d5343926648285ec7e67",
        file: "qwen2.5-0.5b-instruct-q4_0.gguf",
        bytes: 428_730_208,
      },
    },
  },
  {
    repository: "Qwen/Qwen3-0.6B",
    commit: "c1899de289a04d12100db370d81485cdf75e47ca",
    bytes: 1_503_300_328,
    licence: APACHE,
    gate: null,
    about: "Thinks before it answers: allow long responses.",
    config: {
      ...{ model_type: "qwen3", hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28 },
      ...{ num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, ...qwen, ...tied },
      max_position_embeddings: 40_960,
    },
    ggufs: {
      q8_0: {
        repository: "Qwen/Qwen3-0.6B-GGUF",
        commit: "23749fefcc72300e3a2ad315e1317431b06b590a",
        file: "Qwen3-0.6B-Q8_0.gguf",
        bytes: 639_446_688,
      },
    },
  },
  {
    repository: "meta-llama/Llama-3.2-1B-Instruct",
    commit: "9213176726f574b556790deb65791e0c5aa438b6",
    bytes: 2_471_645_608,
    licence: "Llama 3.2 Community License",
    gate: "Gated: accept Meta's licence on the model's page and give an access token of that account.",
    about: "A general assistant with a long context.",
    config: {
      ...{ model_type: "llama", hidden_size: 2048, intermediate_size: 8192, num_hidden_layers: 16 },
      ...{ num_attention_heads: 32, num_key_value_heads: 8, head_dim: 64, vocab_size: 128_256, ...tied },
      ...{ rms_norm_eps: 1e-5, rope_theta: 500_000, max_position_embeddings: 131_072 },
      rope_scaling: {
        ...{ rope_type: "llama3", factor: 32, low_freq_factor: 1, high_freq_factor: 4 },
        original_max_position_embeddings: 8192,
      },
      eos_token_id: [128_001, 128_008, 128_009],
    },
    ggufs: {},
  },
  {
    repository: "Qwen/Qwen2.5-1.5B-Instruct",
    commit: "989aa7980e4cf806f80c7fef2b1adb7bc71aa306",
    bytes: 3_087_467_144,
    licence: APACHE,
    gate: null,
    about: "Solves most grade-school mathematics; wants a GPU.",
    config: { ...qwen15B, max_position_embeddings: 32_768 },
    ggufs: {
      q8_0: {
        repository: "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        commit: "91cad51170dc346986eccefdc2dd33a9da36ead9",
        file: "qwen2.5-1.5b-instruct-q8_0.gguf",
        bytes: 1_894_532_128,
      },
      q4_0: {
        repository: "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        commit: "91cad51170dc346986eccefdc2dd33a9da36ead9",
        file: "qwen2.5-1.5b-instruct-q4_0.gguf",
        bytes: 1_066_227_232,
      },
    },
  },
  {
    repository: "Qwen/Qwen2.5-Math-1.5B",
    commit: "4a83ca6e4526a4f2da3aa259ec36c259f66b2ab2",
    bytes: 3_087_467_144,
    licence: APACHE,
    gate: null,
    about: "The TTRL paper's small backbone: a base model for mathematics; wants a GPU.",
    config: { ...qwen15B, rope_theta: 10_000, max_position_embeddings: 4096, eos_token_id: 151_643 },
    ggufs: {},
  },
];
