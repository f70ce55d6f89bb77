/** `ttrl plan`: the memory plan of a run, by part, without running it. */
import { join } from "node:path";
import { ModelConfigError, readModelConfig, type ModelConfig } from "../../src/model/language/config.ts";
import { promptLengths } from "../../src/model/language/fitQuestions.ts";
import { bytesText } from "../../src/math/bytes.ts";
import { WASM_BYTES, type Machine, type MemoryPlan } from "../../src/model/memory/planMemory.ts";
import { assumedPrompts, planRun } from "../../src/lab/memoryPlan.ts";
import type { TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import { probeAdapter } from "../backend.ts";
import type { DatasetOptions } from "../../src/data/dataset.ts";
import { fitToModel, readDatasetFile } from "../files/datasetFile.ts";
import { InputError, messageOf } from "../inputError.ts";
import { writeJsonLine } from "../files/jsonLines.ts";
import { isGgufFile, languageModelOf, openModelFile } from "./modelFile.ts";
import { readText } from "../files/textFile.ts";

/** The options of a plan. */
export interface PlanRequest {
  readonly model: string;
  /** Its prompts' lengths count; without one, prompts are taken to have 128 tokens. */
  readonly dataset?: string;
  readonly datasetOptions: DatasetOptions;
  /** Cache folder for data sets of a Hub. */
  readonly cache?: string;
  readonly backend: "auto" | "wasm" | "webgpu";
  /** Bytes. */
  readonly limit?: number;
  readonly format: "markdown" | "json";
  readonly config: TtrlConfig;
}

/** Prints the plan; if the run does not fit, the plan says so and the exit status is 2. */
export async function planModel(request: PlanRequest): Promise<void> {
  const { config } = request;
  const { model, promptLengths } = await (request.dataset === undefined
    ? assumed(request.model, config)
    : measured(request, request.dataset));
  const sizes = { promptLengths, questions: promptLengths.length };
  const plan = await planRun(model, sizes, config, await machineOf(request));
  if (request.format === "json") writeJsonLine(plan);
  else process.stdout.write(markdownOf(plan));
  if (plan.problem !== null) process.exitCode = 2;
}

interface PlannedModel {
  readonly model: ModelConfig;
  readonly promptLengths: readonly number[];
}

async function measured(
  { model: source, config, cache, datasetOptions }: PlanRequest,
  dataset: string,
): Promise<PlannedModel> {
  const model = languageModelOf(await openModelFile(source));
  const read = await readDatasetFile(dataset, datasetOptions, cache);
  const { questions } = fitToModel(read, model, config.maxResponseTokens).study;
  return { model: model.config, promptLengths: promptLengths(model, questions) };
}

/** Of a folder, config.json suffices: no weights are read. */
async function assumed(source: string, config: TtrlConfig): Promise<PlannedModel> {
  const path = source.endsWith(".json") ? source : join(source, "config.json");
  const model = isGgufFile(source) ? languageModelOf(await openModelFile(source)).config : readConfig(path);
  return { model, ...assumedPrompts(config) };
}

function readConfig(path: string): ModelConfig {
  try {
    return readModelConfig(JSON.parse(readText(path).text));
  } catch (error) {
    if (error instanceof ModelConfigError || error instanceof SyntaxError)
      throw new InputError(`${path}: ${messageOf(error)}`);
    throw error;
  }
}

/** Without an adapter, buffers may have any size. */
const ANY_ADAPTER = { maxBufferSize: Infinity, maxStorageBufferBindingSize: Infinity, software: false };

/** Returns the machine that a plan is for. */
export async function machineOf({
  backend,
  limit,
}: Pick<PlanRequest, "backend" | "limit">): Promise<Machine> {
  const adapter = backend === "wasm" ? null : probeAdapter();
  const isHardware = adapter !== null && !adapter.software;
  if (backend === "wasm" || (backend === "auto" && !isHardware)) {
    return { adapter: null, shares: 1, memory: Math.min(limit ?? WASM_BYTES, WASM_BYTES) };
  }
  const { globals } = await import("webgpu");
  Object.assign(globalThis, globals); // GPUBufferUsage and the like, which allocating names
  if (adapter === null) console.error("no WebGPU adapter here: the sizes of buffers are held against none");
  return { adapter: adapter ?? ANY_ADAPTER, shares: 1, memory: limit ?? null };
}

function markdownOf(plan: MemoryPlan): string {
  const rows = plan.parts.map(({ name, bytes, meaning }) => `| ${name} | ${bytesText(bytes)} | ${meaning} |`);
  const problem = plan.problem === null ? [] : ["", plan.problem];
  return ["| part | memory | what |", "|---|---:|---|", ...rows, "", planLine(plan), ...problem, ""].join(
    "\n",
  );
}

/** Returns the plan in one line: total, largest buffer and what was reduced to fit. */
export function planLine({ path, total, limit, buffer, reductions }: MemoryPlan): string {
  const of = limit === null ? "" : ` of ${bytesText(limit)}`;
  const most = buffer === null || buffer.limit === Infinity ? "" : ` of ${bytesText(buffer.limit)}`;
  const largest = buffer === null ? "" : `, the largest buffer ${bytesText(buffer.bytes)}${most}`;
  const cut = reductions.length === 0 ? "" : `; to fit: ${reductions.join(", ")}`;
  return `memory: about ${bytesText(total)}${of} on ${path}${largest}${cut}`;
}
