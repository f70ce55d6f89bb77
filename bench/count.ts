/** `npm run -s bench -- --counts [--json]`: prints the GPU calls of the engine, and nothing else on standard output. */
import { languageModelOf, openModelFile } from "../cli/models/modelFile.ts";
import { allWeights } from "../src/formats/numbers/weightSource.ts";
import { startDawn } from "../src/ops/gpu/fixture.ts";
import { openGpu } from "../src/webgpu/device/device.ts";
import "../src/webgpu/sparingPolls.mjs";
import { countCalls, type Counts } from "./counts.ts";

const DEFAULT_MODEL = "abacus-0.2M";

const NO_ADAPTER =
  "bench: no WebGPU adapter was found. Install a Vulkan driver and its loader (libvulkan.so.1), or point " +
  "VK_ICD_FILENAMES at the driver's .json, or install Debian's chromium, whose software adapter is then used.";

const MEANING: Readonly<Record<keyof Counts, string>> = {
  layers: "layers of the model",
  dispatchesPerToken: "dispatches per decoded token of all rows",
  submitsPerToken: "command submissions per decoded token",
  hostReadsPerToken: "host reads per decoded token",
  steadyStateCreations: "buffers, bind groups, pipelines and host writes per decoded token",
  dispatchesPerTrainMicroBatch: "dispatches per training micro-batch",
  optimizerDispatches: "dispatches of gradient norm, clipping and AdamW",
  dispatchesPerTrainMicroBatchWithRecompute:
    "dispatches per training micro-batch, with gradient checkpointing",
  activationBytesPerToken: "activation bytes per trained token, with gradient checkpointing",
  activationBytesPerTokenWithoutRecompute: "activation bytes per trained token, without",
};

const gpu = await openGpu(startDawn());
if (gpu === null) {
  console.error(NO_ADAPTER);
  process.exit(1);
}
const file = await openModelFile(`public/models/${DEFAULT_MODEL}`);
const counts = await countCalls(gpu, languageModelOf(file).config, await allWeights(file.weights));
const text = process.argv.includes("--json") ? JSON.stringify(counts) : describe(counts);
process.stdout.write(`${text}\n`, () => process.exit(0)); // Dawn's threads keep the process alive

function describe(counts: Counts): string {
  const names = Object.keys(MEANING) as (keyof Counts)[]; // keys of a const table
  return [
    `${DEFAULT_MODEL}:`,
    ...names.map((name) => `${String(counts[name]).padStart(8)}  ${MEANING[name]}`),
  ].join("\n");
}
