/** `ttrl run`: begins or continues a run, and says what came of it. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { writeModelFolder } from "../src/formats/modelFolder.ts";
import type { LanguageModel } from "../src/model/languageModel.ts";
import { loadParameters } from "../src/model/parameters.ts";
import { TfPolicy } from "../src/model/tfPolicy.ts";
import { configProblems, type TtrlConfig } from "../src/rl/config.ts";
import { initialProgress } from "../src/rl/run.ts";
import type { BackendChoice } from "../src/worker/protocol.ts";
import { startBackend } from "./backend.ts";
import { readCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { fitToModel, readDatasetFile, withoutLabels, type DatasetFile } from "./datasetFile.ts";
import { ProgressDisplay } from "./display.ts";
import { writeFolder } from "./durable.ts";
import { InputError, messageOf } from "./inputError.ts";
import { writeJsonLine } from "./jsonLines.ts";
import type { Entry } from "./journal.ts";
import { modelCard } from "./modelCard.ts";
import { openModel, readModelFile, type ModelFile } from "./modelFile.ts";
import { parseNumber } from "./options.ts";
import { readRunFile, runFilePath, writeRunFile, type RunFile } from "./runFile.ts";
import { Stop } from "./stop.ts";
import { runSummary } from "./summary.ts";
import { checkpointFolder, positionOf, train, type Training } from "./train.ts";

/** A run that was asked for. */
export interface RunRequest {
  readonly model: string;
  readonly dataset: string;
  readonly out: string;
  readonly backend: BackendChoice;
  readonly labels: RunFile["labels"];
  readonly checkpointEvery: number;
  readonly evals: readonly string[];
  readonly config: TtrlConfig;
}

/** The files of a run as read. */
interface Sources {
  readonly model: ModelFile;
  readonly dataset: DatasetFile;
  readonly others: readonly DatasetFile[];
}

/** Begins a run in a folder of its own. */
export async function startRun(request: RunRequest): Promise<void> {
  const { out, config, checkpointEvery, labels } = request;
  if (existsSync(runFilePath(out))) {
    throw new InputError(`${out}: a run is here already; continue it with --resume, or name another --out`);
  }
  const sources = readSources(request.model, request.dataset, request.evals, labels);
  makeFolder(out);
  const backend = await startBackend(request.backend);
  const { model, dataset, others } = sources;
  const run: RunFile = {
    version: packageJson.version,
    model: model.name,
    dataset: dataset.name,
    ...backend.report,
    config,
    checkpointEvery,
    labels,
    modelSource: { path: model.folder, sha256: model.sha256 },
    datasetSource: { path: dataset.file, sha256: dataset.sha256 },
    evalSources: others.map(({ file, sha256 }) => ({ path: file, sha256 })),
  };
  await execute(out, run, sources, null, backend.fault);
}

/** Continues the run in a folder, to another number of steps where one is given. */
export async function resumeRun(out: string, steps: unknown): Promise<void> {
  const begun = readRunFile(out);
  const checkpoint = readCheckpoint(checkpointFolder(out));
  const run = steps === undefined ? begun : withSteps(begun, steps, checkpoint?.progress.loop.step ?? 0);
  const { modelSource, datasetSource, evalSources } = run;
  const paths = evalSources.map(({ path }) => path);
  const sources = readSources(modelSource.path, datasetSource.path, paths, run.labels);
  checkUnchanged(modelSource, sources.model);
  [datasetSource, ...evalSources].forEach((source, i) => {
    checkUnchanged(source, i === 0 ? sources.dataset : sources.others[i - 1]);
  });
  if (run.version !== packageJson.version) {
    console.error(
      `${out}: begun by version ${run.version}, continued by ${packageJson.version}: numbers may differ`,
    );
  }
  if (checkpoint === null)
    console.error(`${out}: stopped before its first checkpoint: starts from the beginning`);
  const backend = await startBackend(run.backend);
  await execute(out, run, sources, checkpoint, backend.fault);
}

function withSteps(run: RunFile, steps: unknown, done: number): RunFile {
  const config = { ...run.config, steps: typeof steps === "string" ? parseNumber(steps) : steps };
  const [problem] = configProblems(config);
  if (problem !== undefined) throw new InputError(`options: ${problem}`);
  const changed = { ...run.config, steps: Number(steps) };
  if (changed.steps < done)
    throw new InputError(`--steps ${changed.steps}: the run has done ${done} already; give more`);
  if (run.config.schedule !== "constant") {
    console.error(
      `the ${run.config.schedule} schedule ends at step ${changed.steps} now: learning rates change from here`,
    );
  }
  return { ...run, config: changed };
}

function readSources(
  model: string,
  dataset: string,
  evals: readonly string[],
  labels: RunFile["labels"],
): Sources {
  const own = readDatasetFile(dataset);
  const others = evals.map(readDatasetFile);
  const names = [own, ...others].map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new InputError(
      `two data sets are called "${repeated}", which metrics could not tell apart; rename a file`,
    );
  }
  return { model: readModelFile(model), dataset: labels === "none" ? withoutLabels(own) : own, others };
}

function checkUnchanged(
  source: { path: string; sha256: string },
  found: { sha256: string } | undefined,
): void {
  if (found?.sha256 === source.sha256) return;
  throw new InputError(`${source.path}: it is not the file that the run was begun with; put that one back`);
}

function makeFolder(out: string): void {
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw new InputError(`${out}: the folder cannot be made (${messageOf(error)}); name another --out`);
  }
}

async function execute(
  out: string,
  run: RunFile,
  sources: Sources,
  checkpoint: Checkpoint | null,
  fault: AbortSignal,
): Promise<void> {
  const { config, checkpointEvery } = run;
  const model = openModel(sources.model, checkpoint?.weights);
  // KL is held against the model the run began with, not the one it continues from.
  const reference =
    config.klCoefficient > 0 ? loadParameters(model.config, sources.model.content.weights) : null;
  const policy = new TfPolicy(model, { reference, ...(checkpoint && { optimizer: checkpoint.optimizer }) });
  const fit = (dataset: DatasetFile): DatasetFile => fitToModel(dataset, model, config.maxResponseTokens);
  const dataset = fit(sources.dataset);
  const others = sources.others.map(fit);
  writeRunFile(out, run);
  const training: Training = { out, model, policy, config, dataset, others, checkpointEvery };
  const position =
    checkpoint === null
      ? { progress: initialProgress(config), entries: [] }
      : positionOf(checkpoint, config.steps);
  const stop = new Stop();
  fault.addEventListener("abort", () => stop.fail(fault.reason as Error)); // the backend gives nothing else
  const signals = stopOnSignals(stop);
  const display = new ProgressDisplay(config.steps, position.entries);
  const entries = await train(training, position, stop, display).finally(() => display.close());
  if (signals.received !== null) tellStopped(out, entries, signals.received);
  else await finish(out, run, sources.model, model, entries, others);
}

/** The first signal asks the run to stop, the second ends the program. */
function stopOnSignals(stop: Stop): { received: NodeJS.Signals | null } {
  const state: { received: NodeJS.Signals | null } = { received: null };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (state.received !== null) process.exit(128 + constants.signals[signal]);
      state.received = signal;
      stop.request();
    });
  }
  return state;
}

function tellStopped(out: string, entries: readonly Entry[], signal: NodeJS.Signals): void {
  const steps = entries.filter(({ metrics }) => metrics.type === "step").length;
  console.error(`stopped after step ${steps}; continue with: ttrl run --resume ${out}`);
  process.exitCode = 128 + constants.signals[signal];
}

/** Writes the trained model folder and prints the summary. */
async function finish(
  out: string,
  run: RunFile,
  source: ModelFile,
  model: LanguageModel,
  entries: readonly Entry[],
  others: readonly DatasetFile[],
): Promise<void> {
  const { config } = run;
  const names = others.map(({ name }) => name);
  const summary = runSummary(entries, run.dataset, names, config.steps);
  const generationConfig = source.content.generationConfig ?? { eos_token_id: model.config.eosTokens };
  const card = modelCard(run, summary);
  const trained = { ...source.content, weights: await model.weights(), generationConfig, card };
  rmSync(join(out, "model"), { recursive: true, force: true }); // of the run before it was given more steps
  writeFolder(join(out, "model"), writeModelFolder(trained));
  const { model: name, dataset, backend } = run;
  writeJsonLine({ model: name, dataset, backend, seed: config.seed, ...summary, out: resolve(out) });
}
