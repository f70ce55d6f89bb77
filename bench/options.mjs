/** Command-line options of `npm run bench`, with their help. */

const flag = /** @type {const} */ ({ type: "boolean", default: false, value: "" });
const text = /** @type {const} */ ({ type: "string" });

/** `value` is the placeholder of an option's value, `help` its lines of help. Names are those of `comparison` and `contenders`. */
export const OPTIONS = {
  node: { ...flag, help: ["compare in Node through Dawn: for a GPU machine without a browser"] },
  counts: {
    ...flag,
    help: ["dispatches, submissions and transfers of a decoded token and of a training step; no timing"],
  },
  memory: {
    ...flag,
    help: ["peak memory of runs by part, measured and planned; of --models, and of a GGUF file with --file"],
  },
  file: { ...text, value: "FILE", help: ["with --memory: a GGUF file to measure"] },
  step: {
    ...text,
    value: "SHAPE",
    help: [
      "one TTRL step at the shape of a published model (a name in src/model/fixtures/published, such as",
      "Qwen2.5-Math-1.5B), a rank-16 adapter on a q4_0 base of random weights: measured and planned memory, speed",
    ],
  },
  votes: { ...text, default: "16", value: "N", help: ["with --step: responses to the question (16)"] },
  tokens: { ...text, default: "512", value: "N", help: ["with --step: tokens of each response (512)"] },
  prompt: { ...text, default: "256", value: "N", help: ["with --step: tokens of the prompt (256)"] },
  only: {
    ...text,
    value: "a,b",
    help: [
      "only these contenders:",
      "engine, tensorflow-webgpu, jax-webgpu, nanogpt, transformers-webgpu,",
      "wasm-kernels, tensorflow-wasm, jax-wasm, transformers-wasm",
    ],
  },
  models: {
    ...text,
    value: "a,b",
    help: ["only these models: abacus-0.1M, abacus-0.2M, abacus-0.5M, SmolLM2-135M"],
  },
  workloads: {
    ...text,
    value: "a,b",
    help: [
      "only these workloads: decode, train, ttrl, votes (decoding 8 and 256), length (decoding 256 tokens)",
    ],
  },
  budget: {
    ...text,
    default: "6",
    value: "N",
    help: ["seconds for each workload of each contender (6); longer workloads are run in part"],
  },
  full: {
    ...text,
    value: "a,b",
    help: [
      "these contenders run each workload of the default model, or of the only one requested, in full regardless of",
      "the budget: a small part to compile, then everything at least once. TensorFlow.js' operations at full size",
      "next to the engine, in a few minutes:",
      "--only engine,tensorflow-webgpu --full tensorflow-webgpu --models abacus-0.2M --workloads decode,train",
    ],
  },
  out: { ...text, value: "FILE", help: ["also write the tables to FILE"] },
  json: { ...flag, help: ["print the result as one line of JSON"] },
  help: { ...flag, help: ["print this help"] },
};

/** Returns the help text. */
export function help() {
  const lines = Object.entries(OPTIONS).flatMap(([name, { value, help }]) =>
    help.map((line, i) => `  ${(i === 0 ? `--${name} ${value}` : "").padEnd(18)}${line}`),
  );
  const first = `  ${"(none)".padEnd(18)}compare with the peers in Chromium, print the tables`;
  return ["npm run bench -- [options]", first, ...lines].join("\n");
}
