/** Does the work of `ttrl run` once everything is read: train, then write the model and say what came of it. */
import { rmSync } from "node:fs";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { modelFolderFiles, SHARD_BYTES } from "../../src/formats/huggingface/modelFolderFiles.ts";
import { writePeftAdapter } from "../../src/formats/huggingface/peftAdapter.ts";
import { adapterCount } from "../../src/model/weights/adapter.ts";
import { trainedAdapter, trainedTexts, trainedWeights } from "../../src/model/trainedFolder.ts";
import type { TrainableModels } from "../../src/model/trainableModels.ts";
import { adapterCard } from "../../src/report/adapterCard.ts";
import { reportFiles } from "../../src/report/files.ts";
import { modelCard } from "../../src/report/modelCard.ts";
import { initialProgress } from "../../src/rl/run.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { fitToModel, tellNotices, type DatasetFile } from "../files/datasetFile.ts";
import { RunDisplay } from "./display.ts";
import { writeFolder, type Content } from "../files/durable.ts";
import { writeJsonLine } from "../files/jsonLines.ts";
import { evaluationsOf, stepsOf, type Entry } from "./journal.ts";
import { describe, writeRunFile, type RunFile } from "./runFile.ts";
import type { Sources } from "./sources.ts";
import { Stop } from "./stop.ts";
import { runSummary } from "./summary.ts";
import { positionOf, train, type Training } from "./train.ts";

/** Everything a run needs, the model on the backend. */
export interface Job {
  readonly out: string;
  readonly run: RunFile;
  readonly sources: Sources;
  readonly models: TrainableModels;
  /** Where to continue from; null for the beginning. */
  readonly checkpoint: Checkpoint | null;
  /** Aborts when the backend fails. */
  readonly fault: AbortSignal;
}

/** Runs to the end, or to the stop that a signal asks for. */
export async function execute(job: Job): Promise<void> {
  const { out, run, checkpoint, fault } = job;
  const { config } = run;
  const training = prepare(job);
  writeRunFile(out, run);
  const position =
    checkpoint === null
      ? { progress: initialProgress(config), entries: [] }
      : positionOf(checkpoint, config.steps);
  const stop = new Stop();
  fault.addEventListener("abort", () => stop.fail(fault.reason as Error)); // backend.ts gives no other reason
  const signals = stopOnSignals(stop);
  const display = new RunDisplay(config.steps, run.dataset, position.entries);
  const entries = await train(training, position, stop, display).finally(() => display.close());
  if (signals.received !== null) tellStopped(out, entries, signals.received);
  else await finish(job, training, entries);
}

function prepare({ out, run, sources, models }: Job): Training {
  const { config, checkpointEvery } = run;
  const fit = (dataset: DatasetFile): DatasetFile =>
    fitToModel(dataset, models.policy.model, config.maxResponseTokens);
  const [dataset, others] = [fit(sources.dataset), sources.others.map(fit)];
  tellNotices([dataset, ...others]);
  return { out, models, config, dataset, others, checkpointEvery };
}

/** The first signal asks the run to stop, the second ends the program. */
function stopOnSignals(stop: Stop): { readonly received: NodeJS.Signals | null } {
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
  console.error(`stopped after step ${stepsOf(entries).length}; continue with: ttrl run --resume ${out}`);
  process.exitCode = 128 + constants.signals[signal];
}

/** Writes the trained model folder and prints the summary. */
async function finish(
  { out, run, sources }: Job,
  training: Training,
  entries: readonly Entry[],
): Promise<void> {
  const { model, dataset, config } = run;
  const { backend } = run.backend;
  const others = training.others.map(({ name }) => name);
  const steps = stepsOf(entries);
  const summary = runSummary(entries, dataset, others, steps.length); // fewer than planned after an early stop
  const { policy } = training.models;
  const { adapter } = policy;
  const report = {
    run: describe(run),
    steps,
    evaluations: evaluationsOf(entries, dataset),
    ...(adapter !== null && { adapterParameters: adapterCount(policy.model.config, adapter) }),
  };
  const card = modelCard(report, new Map(others.map((name) => [name, evaluationsOf(entries, name)])));
  const trained = trainedTexts(sources.model.texts, policy.model);
  const options = { packing: "F32", shardBytes: SHARD_BYTES, extras: reportFiles(report) } as const;
  await replaceFolder(
    join(out, "model"),
    modelFolderFiles({ ...trained, card }, trainedWeights(policy), options),
  );
  const peft = await trainedAdapter(policy, model);
  if (peft !== null) await replaceFolder(join(out, "adapter"), writePeftAdapter(peft, adapterCard(report)));
  writeJsonLine({ model, dataset, backend, seed: config.seed, ...summary, out: resolve(out) });
}

/** Writes a folder in the place of that of the run before it was given more steps. */
function replaceFolder(path: string, files: ReadonlyMap<string, Content>): Promise<void> {
  rmSync(path, { recursive: true, force: true });
  return writeFolder(path, files);
}
