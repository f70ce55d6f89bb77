/** `npm run -s bench -- --counts [--json]`: what the engine asks of the GPU, and nothing else on standard output. */
import { readModelConfig } from "../../src/model/language/config.ts";
import { countCalls, type Counts } from "./counts.ts";
import "../../src/webgpu/sparingPolls.mjs";
import { embedded, NO_ADAPTER, openDawn } from "../comparison/node.ts";

const DEFAULT_MODEL = "abacus-0.2M";

/** What the numbers are, for people. */
const MEANING: Readonly<Record<keyof Counts, string>> = {
  layers: "layers of the model",
  dispatchesPerToken: "dispatches a decoded token of all rows",
  submitsPerToken: "command submissions a decoded token",
  hostReadsPerToken: "host reads a decoded token",
  steadyStateCreations: "buffers, bind groups, pipelines and host writes a decoded token",
  dispatchesPerTrainMicroBatch: "dispatches a training micro-batch",
  optimizerDispatches: "dispatches of gradient norm, clipping and AdamW",
  dispatchesPerTrainMicroBatchWithRecompute: "the same, where layers are computed again",
  activationBytesPerToken:
    "bytes of intermediate results a token trained on, where layers are computed again",
  activationBytesPerTokenWithoutRecompute: "the same, where they are not",
};

const gpu = await openDawn();
if (gpu === null) {
  console.error(NO_ADAPTER);
  process.exit(1);
}
const { config, weights } = await embedded(DEFAULT_MODEL);
const counts = await countCalls(gpu, readModelConfig(config), weights);
const text = process.argv.includes("--json") ? JSON.stringify(counts) : describe(counts);
process.stdout.write(`${text}\n`, () => process.exit(0)); // Dawn's threads would keep it waiting

function describe(counts: Counts): string {
  const names = Object.keys(MEANING) as (keyof Counts)[]; // of a literal without other keys
  return [
    `${DEFAULT_MODEL}:`,
    ...names.map((name) => `${String(counts[name]).padStart(8)}  ${MEANING[name]}`),
  ].join("\n");
}
