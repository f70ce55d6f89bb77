/** `ttrl run`: begins a run in a folder of its own, or continues one. */
import { existsSync, mkdirSync } from "node:fs";
import packageJson from "../../package.json" with { type: "json" };
import { configProblems, methodOf, type TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import type { PromptFrame } from "../../src/rl/contracts/types.ts";
import type { MemoryBudget } from "../../src/model/contracts/memoryBudget.ts";
import { runStart } from "../../src/model/runStart.ts";
import { TrainableModels } from "../../src/model/trainableModels.ts";
import type { BackendReport } from "../../src/report/backend.ts";
import type { BackendChoice } from "../../src/report/backend.ts";
import type { StartedBackend } from "../../src/lab/startBackend.ts";
import { inWords } from "../models/adapterFile.ts";
import { startBackend } from "../backend.ts";
import { readCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { execute } from "./execute.ts";
import { InputError, messageOf } from "../inputError.ts";
import { planRun } from "../models/memory.ts";
import { openModel, openModelPolicy, weightsSha256 } from "../models/modelFile.ts";
import { parseNumber } from "../files/decimal.ts";
import { readRunFile, runFilePath, type RunFile } from "./runFile.ts";
import { readSources, readSourcesAgain, type SourcePaths, type Sources } from "./sources.ts";
import { checkpointFolder } from "./train.ts";

/** A run that was asked for. */
export interface RunRequest extends SourcePaths {
  readonly out: string;
  readonly backend: BackendChoice;
  readonly checkpointEvery: number;
  readonly prompt: PromptFrame;
  readonly config: TtrlConfig;
}

/** Begins a run. */
export async function startRun(request: RunRequest): Promise<void> {
  const { out, config, prompt, checkpointEvery, labels } = request;
  if (existsSync(runFilePath(out))) {
    throw new InputError(`${out}: a run is here already; continue it with --resume, or name another --out`);
  }
  const sources = await readSources(request);
  makeFolder(out);
  const { model, adapter, dataset, others } = sources;
  const backend = await startBackend(request.backend);
  const budget = await planRun(openModel(model, request.prompt), dataset, config, backend.graphs);
  const { models, report } = await openModels(sources, backend, request, null, budget);
  const run: RunFile = {
    version: packageJson.version,
    model: model.name,
    dataset: dataset.name,
    prompt,
    backend: report,
    config,
    checkpointEvery,
    labels,
    modelSource: { path: model.path, sha256: await weightsSha256(model) },
    ...(adapter !== null && { adapterSource: { path: adapter.path, sha256: adapter.sha256 } }),
    datasetSource: { path: dataset.file, sha256: dataset.sha256 },
    evalSources: others.map(({ file, sha256 }) => ({ path: file, sha256 })),
  };
  await execute({ out, run, sources, models, checkpoint: null, fault: backend.fault });
}

/** What may change when a run is continued. */
export interface Continuation {
  readonly steps?: string;
  readonly cache?: string;
}

/** Continues the run in a folder, to another number of steps where one is given. */
export async function resumeRun(out: string, { steps, cache }: Continuation): Promise<void> {
  const begun = readRunFile(out);
  const checkpoint = readCheckpoint(checkpointFolder(out));
  if (checkpoint === null) console.error(`${out}: stopped before its first checkpoint, so it starts again`);
  const run = steps === undefined ? begun : withSteps(begun, steps, checkpoint?.progress.loop.step ?? 0);
  if (run.version !== packageJson.version) {
    console.error(
      `${out}: begun by version ${run.version}, continued by ${packageJson.version}: numbers may differ`,
    );
  }
  const sources = await readSourcesAgain(run, cache);
  const backend = await startBackend(choiceOf(run.backend));
  const { model, dataset } = sources;
  const budget = await planRun(openModel(model, run.prompt), dataset, run.config, backend.graphs);
  const { models } = await openModels(sources, backend, run, checkpoint, budget);
  await execute({ out, run, sources, models, checkpoint, fault: backend.fault });
}

/** The choice that a run was computed by. */
function choiceOf({ backend, path }: RunFile["backend"]): BackendChoice {
  return backend === "webgpu" && path === "TensorFlow.js operations" ? "webgpu-operations" : backend;
}

/** Puts a run's policy on the backend, as it was at the checkpoint, and what it takes to make its companions. */
export async function openModels(
  { model: file, adapter }: Pick<Sources, "model" | "adapter">,
  backend: StartedBackend,
  { config, prompt }: Pick<RunFile, "config" | "prompt">,
  saved: Checkpoint | null,
  budget: MemoryBudget,
): Promise<{ models: TrainableModels; report: BackendReport }> {
  const model = openModel(file, prompt);
  const origin = { weights: file.weights, adapter: adapter?.content ?? null, saved };
  const start = await inWords(adapter?.path ?? file.path, () =>
    runStart(model.config, config, { ...origin, keepsInitial: methodOf(config).keepsReference }),
  );
  const { policy, report } = await openModelPolicy(file, model, backend, start.policy, budget);
  return { models: new TrainableModels(policy, start.initial, saved?.companions), report };
}

function withSteps(run: RunFile, text: string, done: number): RunFile {
  const steps = parseNumber(text);
  const [problem] = configProblems({ ...run.config, steps });
  if (problem !== undefined) throw new InputError(`--steps ${text}: ${problem}`);
  const config = { ...run.config, steps: Number(steps) };
  if (config.steps < done)
    throw new InputError(`--steps ${text}: the run has done ${done} already; give more`);
  if (config.schedule !== "constant") {
    console.error(
      `the ${config.schedule} schedule now ends at step ${text}: learning rates change from here`,
    );
  }
  return { ...run, config };
}

function makeFolder(out: string): void {
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw new InputError(`${out}: the folder cannot be made (${messageOf(error)}); name another --out`);
  }
}
