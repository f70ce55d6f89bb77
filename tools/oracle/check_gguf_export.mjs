/* eslint-disable -- node-llama-cpp is installed only for this script, so nothing has types */
// @ts-nocheck
/**
 * Opens an exported GGUF file with llama.cpp and compares it with the model it was exported from, as the lab computes it.
 *
 *     npm install --no-save node-llama-cpp@3.22.1
 *     npm run -s ttrl -- export --model <model> --format gguf --precision f32 --out <file.gguf>
 *     npx tsx tools/oracle/check_gguf_export.mjs <model> <file.gguf> <questions.json> [<prompts, 5> [<tokens, 64> [count]]]
 *
 * All questions must have the same token ids, plain and in the chat template, and the first prompts the same greedy tokens, to the
 * end token or the given number. Exits 1 at the first difference. With `count`, for F16 and Q8_0, it prints how many prompts agree:
 * llama.cpp rounds the activations it multiplies with such weights, which can change near ties.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { getLlama } from "node-llama-cpp";
import { languageModelOf, openModelFile } from "../../cli/models/modelFile.ts";

const [from, file, questions, prompts = "5", length = "64", mode] = process.argv.slice(2);
if (questions === undefined)
  throw new Error("the arguments must be the model, its GGUF file and a file of questions");
const most = Number(length);

const { tokenizer } = languageModelOf(await openModelFile(from));
const texts = JSON.parse(readFileSync(questions, "utf8")).map(({ prompt }) => prompt);
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
const model = await llama.loadModel({ modelPath: file });

function fail(what) {
  console.error(what);
  process.exit(1);
}

const same = (a, b) => a.length === b.length && a.every((id, i) => id === b[i]);
for (const text of texts) {
  const plain = [...tokenizer.encode(text)];
  const theirs = model.tokenize(text, false);
  if (!same(plain, theirs)) fail(`${JSON.stringify(text)}: the lab reads ${plain}, llama.cpp ${theirs}`);
  const prompt = [...tokenizer.encodePrompt(text)];
  const again = model.tokenize(model.detokenize(prompt, true), true);
  if (!same(prompt, again))
    fail(`prompt ${JSON.stringify(text)}: the lab reads ${prompt}, llama.cpp ${again}`);
}

/** Returns the lab's greedy tokens, without the end token. */
function ours(asked) {
  const input = asked.map((prompt) => JSON.stringify({ prompt })).join("\n");
  const command = `--import tsx cli/ttrl.ts generate --prompts - --greedy --max-tokens ${length} --backend wasm --model`;
  const { status, stdout, stderr } = spawnSync("node", [...command.split(" "), from], { input });
  if (status !== 0) fail(String(stderr));
  return String(stdout)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map(({ tokens, finished }) => (finished ? tokens.slice(0, -1) : tokens));
}

const cache = {
  experimentalKvCacheKeyType: "F32",
  experimentalKvCacheValueType: "F32",
  flashAttention: false,
};
const context = await model.createContext({ contextSize: 1024, threads: 1, ...cache });

async function theirs(prompt) {
  const sequence = context.getSequence();
  const tokens = [];
  for await (const token of sequence.evaluate([...tokenizer.encodePrompt(prompt)], { temperature: 0 })) {
    if (model.isEogToken(token)) break;
    tokens.push(token);
    if (tokens.length === most) break;
  }
  sequence.dispose();
  return tokens;
}

const asked = texts.slice(0, Number(prompts));
let compared = 0;
let alike = 0;
const expected = ours(asked);
for (const [i, prompt] of asked.entries()) {
  const found = await theirs(prompt);
  const isAlike = same(expected[i], found);
  if (!isAlike && mode !== "count")
    fail(`${JSON.stringify(prompt)}: the lab continues ${expected[i]}, llama.cpp ${found}`);
  alike += isAlike ? 1 : 0;
  compared += found.length;
}
console.log(
  `llama.cpp opens ${file}: ${texts.length} questions have the same token ids; ${alike} of ${asked.length} prompts the same greedy tokens (${compared} in all)`,
);
process.exit(0);
