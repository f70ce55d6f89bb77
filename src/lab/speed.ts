/** How fast a machine samples: measured on a small decoder for two seconds, from which larger ones are estimated. */
import { weightsInMemory } from "../formats/numbers/weightSource.ts";
import { readModelConfig } from "../model/language/config.ts";
import type { LanguageModel } from "../model/language/languageModel.ts";
import { initialParameters, parameterCount } from "../model/weights/parameters.ts";
import { PROBE_RESPONSES, type Speed } from "./offerText.ts";
import { openInference } from "./openRun.ts";
import type { StartedBackend } from "./startBackend.ts";

/** Tokens of each response, and seconds of sampling. */
const PROBE_TOKENS = 32;
const SECONDS = 2;

/** SmolLM2-135M with fewer layers and tokens: 13 million parameters, more than a CPU's cache holds and soon made up. */
const PROBE = readModelConfig({
  ...{ model_type: "llama", hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 3 },
  ...{ num_attention_heads: 9, num_key_value_heads: 3, vocab_size: 4096, max_position_embeddings: 256 },
  ...{ rms_norm_eps: 1e-5, rope_theta: 10_000, tie_word_embeddings: true },
});

/** Without a text: any four tokens are its prompt, and nothing ends a response. */
const PROBE_MODEL: LanguageModel = {
  config: PROBE,
  tokenizer: {
    encode: () => Int32Array.of(1),
    decode: () => "",
    promptText: () => "",
    encodePrompt: () => Int32Array.of(1, 2, 3, 4),
    hasChatTemplate: false,
    beginning: "",
    end: null,
    turnEnd: null,
  },
  notes: [],
};

/** Measures a started backend for two seconds, after a first sample that warms it up. `now` is in milliseconds. */
export async function measureSpeed(backend: StartedBackend, now: () => number): Promise<Speed> {
  const weights = weightsInMemory(initialParameters(PROBE, 0));
  const { policy } = await openInference(PROBE_MODEL, weights, backend);
  const sampling = { count: PROBE_RESPONSES, temperature: 1, topP: 1, maxResponseTokens: PROBE_TOKENS };
  const sample = async (seed: number): Promise<number> => {
    const [responses = []] = await policy.sample([{ prompt: [], seed }], sampling);
    return responses.reduce((total, { tokens }) => total + tokens.length, 0);
  };
  try {
    await sample(0);
    const start = now();
    let tokens = 0;
    for (let seed = 1; now() - start < SECONDS * 1000; seed++) tokens += await sample(seed);
    return { weightsPerSecond: (tokens * parameterCount(PROBE) * 1000) / (now() - start) };
  } finally {
    await policy.dispose();
  }
}
