/** `ttrl run`: begins a run in a folder of its own, or continues one. */
import { existsSync, mkdirSync } from "node:fs";
import packageJson from "../../package.json" with { type: "json" };
import { openRun, type OpenedRun } from "../../src/lab/openRun.ts";
import type { StartedBackend } from "../../src/lab/startBackend.ts";
import type { BackendChoice } from "../../src/report/backend.ts";
import type { PromptFrame } from "../../src/rl/contracts/types.ts";
import { configProblems, type TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import { startBackend } from "../backend.ts";
import { fitToModel, type DatasetFile } from "../files/datasetFile.ts";
import { parseNumber } from "../files/settings.ts";
import { atPlace, InputError, messageOf } from "../inputError.ts";
import { languageModelOf, reportFallback, weightsSha256 } from "../models/modelFile.ts";
import { planLine } from "../models/planModel.ts";
import { readCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { execute } from "./execute.ts";
import { readRunFile, runFilePath, type RunFile } from "./runFile.ts";
import { readSources, readSourcesAgain, type SourcePaths, type Sources } from "./sources.ts";
import { checkpointFolder } from "./train.ts";

/** A requested run. */
export interface RunRequest extends SourcePaths {
  readonly out: string;
  readonly backend: BackendChoice;
  readonly checkpointEvery: number;
  readonly logResponses?: boolean;
  readonly prompt: PromptFrame;
  readonly config: TtrlConfig;
}

/** Begins a run. */
export async function startRun(request: RunRequest): Promise<void> {
  const { out, config, prompt, checkpointEvery, labels, logResponses = false } = request;
  if (existsSync(runFilePath(out))) {
    throw new InputError(`${out}: a run is here already; continue it with --resume, or name another --out`);
  }
  const sources = await readSources(request);
  makeFolder(out);
  const { model, adapter, dataset, others } = sources;
  const backend = await startBackend(request.backend);
  const { models, report, sources: fitted } = await open(sources, backend, request, null);
  const run: RunFile = {
    version: packageJson.version,
    model: model.name,
    dataset: dataset.name,
    prompt,
    backend: report,
    config,
    checkpointEvery,
    labels,
    logResponses,
    modelSource: { path: model.path, sha256: await weightsSha256(model) },
    ...(adapter !== null && { adapterSource: { path: adapter.path, sha256: adapter.sha256 } }),
    datasetSource: { path: dataset.file, sha256: dataset.sha256 },
    ...(Object.keys(dataset.options).length > 0 && { datasetOptions: dataset.options }),
    evalSources: others.map(({ file, sha256 }) => ({ path: file, sha256 })),
  };
  await execute({ out, run, sources: fitted, models, checkpoint: null, fault: backend.fault });
}

/** The options that may change when a run is continued. */
export interface Continuation {
  readonly steps?: string;
  readonly cache?: string | undefined;
}

/** Continues the run in a folder, with a new number of steps if one is given. */
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
  const { models, sources: fitted } = await open(sources, backend, run, checkpoint);
  await execute({ out, run, sources: fitted, models, checkpoint, fault: backend.fault });
}

/** Returns the backend choice of a recorded run. */
function choiceOf({ backend, path }: RunFile["backend"]): BackendChoice {
  return backend === "webgpu" && path === "TensorFlow.js operations" ? "webgpu-operations" : backend;
}

/** Fits the data sets to the model, plans memory and puts the models on the backend, at the checkpoint if there is one. */
async function open(
  sources: Sources,
  backend: StartedBackend,
  { config, prompt }: Pick<RunFile, "config" | "prompt">,
  checkpoint: Checkpoint | null,
): Promise<OpenedRun & { sources: Sources }> {
  const { model: file, adapter } = sources;
  const model = languageModelOf(file, prompt);
  const fit = (dataset: DatasetFile): DatasetFile => fitToModel(dataset, model, config.maxResponseTokens);
  const fitted = { ...sources, dataset: fit(sources.dataset), others: sources.others.map(fit) };
  const { questions } = fitted.dataset.study;
  const { weights } = file;
  const request = { model, weights, adapter: adapter?.content ?? null, config, saved: checkpoint };
  const opened = await atPlace(adapter?.path ?? file.path, () =>
    openRun(request, questions, backend, (plan) => console.error(planLine(plan))),
  );
  reportFallback(file.path, opened.report);
  return { ...opened, sources: fitted };
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
