/** Prints the measured and planned memory of one run as a line of JSON. Arguments: model, path, trainable, basePrecision. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startBackend } from "../cli/backend.ts";
import { languageModelOf, openModelFile } from "../cli/models/modelFile.ts";
import { watchGpuBytes } from "../src/webgpu/gpuCalls/fixture.ts";
import { allWeights } from "../src/formats/numbers/weightSource.ts";
import { activeKernels } from "../src/ops/wasm/installWasmKernels.ts";
import { initialAdapter } from "../src/model/weights/adapter.ts";
import { promptLengths } from "../src/model/language/fitQuestions.ts";
import { endless, workAtWorst } from "../src/model/memory/fixture.ts";
import { totalBytes, type PartBytes } from "../src/model/memory/parts.ts";
import { runWorkload } from "../src/model/memory/runWorkload.ts";
import { trainedParameters } from "../src/model/memory/trainedParameters.ts";
import { wasmMemory } from "../src/model/memory/wasmMemory.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../src/model/contracts/memoryBudget.ts";
import { TfModel } from "../src/model/tfjs/tfModel.ts";
import { TfPolicy } from "../src/model/tfjs/tfPolicy.ts";
import { methodOf, configFrom } from "../src/rl/ttrlConfig.ts";
import { demandOf } from "../src/model/memory/demand.ts";
import type { Question } from "../src/rl/contracts/types.ts";
import { ROOT } from "../tools/ensurePackages.mjs";

/** Bytes by part; measured is null where parts cannot be told apart. */
export interface MeasuredMemory {
  /** Path and sizes, for the table. */
  readonly setting: string;
  readonly parts: readonly {
    readonly part: string;
    readonly planned: number;
    readonly measured: number | null;
  }[];
}

const [place = "", path = "", trainable = "all", basePrecision = "f32"] = process.argv.slice(2);
const file = await openModelFile(place);
const { weights: source } = file;
const model = endless(languageModelOf(file));
/** Large models get few tokens, fewest on a software adapter. */
const isLarge = model.config.width > 256;
const [questionCount, responses, maxResponseTokens] = !isLarge
  ? [4, 32, 24]
  : path === "wasm"
    ? [2, 8, 16]
    : [1, 4, 8];
const budget: MemoryBudget = { ...DEFAULT_BUDGET, microBatchTokens: isLarge ? 512 : 2048 };
const config = configFrom({
  questionsPerStep: questionCount,
  votesPerQuestion: responses,
  rolloutsPerQuestion: responses,
  maxResponseTokens,
  evaluationQuestions: questionCount,
  evaluationSamples: 2,
  initialSamples: 2,
  trainable,
  basePrecision,
});
const trained = trainedParameters(model.config, config);
const adapter = trained.adapter && initialAdapter(model.config, trained.adapter, 0);
const initial = adapter?.tensors ?? (await allWeights(source));
const all = JSON.parse(readFileSync(join(ROOT, "public/datasets/word.json"), "utf8")) as Question[]; // committed
const questions = all.sort((a, b) => b.prompt.length - a.prompt.length).slice(0, questionCount);
const prompts = questions.map(({ prompt }) => prompt);
const demand = demandOf(methodOf(config), questionCount);
const work = runWorkload(demand, promptLengths(model, questions), budget);
const sizes = `${questionCount} x ${responses} responses of ${maxResponseTokens} tokens, micro-batches of ${budget.microBatchTokens}${adapter === null ? "" : `, an adapter on a base in ${basePrecision}`}`;

const measured = path === "wasm" ? await onWasm() : await onGraphs();
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0)); // Dawn's threads keep the process alive

async function onWasm(): Promise<MeasuredMemory> {
  await startBackend("wasm");
  const planned = wasmMemory(trained, work, budget, 1);
  const start = { adapter, reference: null, optimizer: null };
  const policy = new TfPolicy(new TfModel(model, await allWeights(source)), start, budget);
  await workAtWorst(policy, initial, prompts, demand);
  const memory = activeKernels()?.buffer.byteLength ?? 0;
  const parts = [...planned].map(([part, bytes]) => ({ part, planned: bytes, measured: null }));
  return { setting: `WASM, ${sizes}`, parts: [...parts, whole(planned, memory)] };
}

async function onGraphs(): Promise<MeasuredMemory> {
  const { graphs, report } = await startBackend("webgpu");
  if (typeof graphs === "string") throw new Error(graphs);
  const { device } = graphs.gpu;
  const { GpuPolicy } = await import("../src/model/webgpu/gpuPolicy.ts");
  const { graphMemory, partOfBuffer } = await import("../src/model/memory/graphMemory.ts");
  const { machineFor } = await import("../src/model/memory/machine.ts");
  const limits = (await machineFor(model.config, graphs, config))?.adapter;
  if (limits == null) throw new Error("recorded graphs cannot run this model");
  const planned = (await graphMemory(trained, work, limits, budget)).parts;
  const watch = watchGpuBytes(device);
  const { basePrecision } = trained;
  const start = { weights: source, adapter, basePrecision, reference: null, optimizer: null };
  const policy = await GpuPolicy.open(graphs.gpu, model, start, budget);
  await workAtWorst(policy, initial, prompts, demand);
  const buffers = watch.buffers();
  graphs.gpu.fault.throwIfAborted();
  const sizeOf = (part: string): number =>
    buffers.filter((buffer) => partOfBuffer(buffer) === part).reduce((sum, { size }) => sum + size, 0);
  const parts = [...planned].map(([part, bytes]) => ({ part, planned: bytes, measured: sizeOf(part) }));
  return {
    setting: `recorded graphs (${report.device}), ${sizes}`,
    parts: [...parts, whole(planned, watch.held())],
  };
}

function whole(planned: PartBytes, measured: number) {
  return { part: "all", planned: totalBytes(planned), measured };
}
