/** The options of `npm run bench`: what the command line takes, and what its help says. */

/** Contenders, as `--only` and `--full` call them; bench/contenders/contenders.ts knows them. */
const CONTENDERS =
  "engine, engine-f16, tensorflow-webgpu, jax-webgpu, nanogpt, transformers-webgpu, wasm-kernels, tensorflow-wasm, " +
  "jax-wasm, transformers-wasm";

const flag = /** @type {const} */ ({ type: "boolean", default: false });
const text = /** @type {const} */ ({ type: "string" });

/** Each is told in lines of help after what stands for its value. */
export const OPTIONS = {
  node: {
    ...flag,
    value: "",
    help: ["compare in Node through Dawn: for a GPU machine without a browser"],
  },
  counts: {
    ...flag,
    value: "",
    help: ["what the engine asks of the GPU for a token and for a training step; no timing"],
  },
  memory: {
    ...flag,
    value: "",
    help: [
      "the memory that runs take at their peak, by part, beside what is planned for them; --models, and --file for a",
      "GGUF file beside them",
    ],
  },
  file: { ...text, value: "FILE", help: ["with --memory: a model of yours"] },
  step: {
    ...text,
    value: "SHAPE",
    help: [
      "one TTRL step at the shape of a published model (a name in src/model/fixtures/published, such as",
      "Qwen2.5-Math-1.5B), an adapter of rank 16 beside a q4_0 base of random weights: memory beside the plan, speed",
    ],
  },
  votes: { ...text, default: "16", value: "N", help: ["with --step: responses to its one question (16)"] },
  tokens: { ...text, default: "512", value: "N", help: ["with --step: tokens of each (512)"] },
  prompt: { ...text, default: "256", value: "N", help: ["with --step: tokens of the prompt (256)"] },
  kernels: {
    ...flag,
    value: "",
    help: [
      "time of each of the engine's kernels at the default model's shapes, its FLOP/s and bytes/s and their shares",
      "of what the same run measures as limits; in Node",
    ],
  },
  variants: {
    ...flag,
    value: "",
    help: [
      "with --kernels: on a software adapter too, all variants, on 8 rows and 2 x 48 tokens; what --seconds are too",
      "few for is named",
    ],
  },
  seconds: {
    ...text,
    default: "60",
    value: "N",
    help: ["with --variants: for all of them on a software adapter (60)"],
  },
  only: { ...text, value: "a,b", help: ["these contenders alone:", ...wrapped(CONTENDERS)] },
  models: {
    ...text,
    value: "a,b",
    help: ["these models alone: abacus-0.1M, abacus-0.2M, abacus-0.5M, SmolLM2-135M"],
  },
  workloads: {
    ...text,
    value: "a,b",
    help: ["these alone: decode, train, ttrl, votes (decoding 8 and 256), length (decoding 256 tokens)"],
  },
  budget: {
    ...text,
    default: "6",
    value: "N",
    help: ["seconds for each workload of each contender (6); what is longer is run in part"],
  },
  full: {
    ...text,
    value: "a,b",
    help: [
      "these contenders run all of each workload of the default model, or of the only one asked for, whatever the",
      "budget: a small part to compile, then everything at least once. TensorFlow.js' operations at full size,",
      "beside the engine, in some minutes:",
      "--only engine,tensorflow-webgpu --full tensorflow-webgpu --models abacus-0.2M --workloads decode,train",
    ],
  },
  out: { ...text, value: "FILE", help: ["write the tables there too"] },
  json: { ...flag, value: "", help: ["print the result as one line of JSON"] },
  help: { ...flag, value: "", help: ["this text"] },
};

/** The help. */
export function help() {
  const lines = Object.entries(OPTIONS).flatMap(([name, { value, help }]) =>
    help.map((line, i) => `  ${(i === 0 ? `--${name} ${value}` : "").padEnd(18)}${line}`),
  );
  const first = `  ${"(none)".padEnd(18)}compare with the peers in Chromium, print the tables`;
  return ["npm run bench -- [options]", first, ...lines].join("\n");
}

/** A list in lines of some 100 characters. @param {string} list @returns {string[]} */
function wrapped(list) {
  return list.match(/.{1,100}(?:, |$)/g) ?? [];
}
