/** Trains an opened run, then writes its model and prints a summary. */
import { rmSync } from "node:fs";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { adapterFolder, reportOf, runFolder } from "../../src/lab/exportRun.ts";
import { firstPosition } from "../../src/lab/trainingRun.ts";
import type { TrainableModels } from "../../src/model/trainableModels.ts";
import { printNotices } from "../files/datasetFile.ts";
import { writeFolder, type Content } from "../files/durable.ts";
import { writeJsonLine } from "../files/jsonLines.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { RunDisplay } from "./display.ts";
import { evaluationsOf, runSummary, stepsOf, type Entry } from "./journal.ts";
import { describe, writeRunFile, type RunFile } from "./runFile.ts";
import type { Sources } from "./sources.ts";
import { Stop } from "./stop.ts";
import { positionOf, train } from "./train.ts";

/** A run with its models on the backend. */
export interface Job {
  readonly out: string;
  readonly run: RunFile;
  /** Its files, the data sets fitted to the model. */
  readonly sources: Sources;
  readonly models: TrainableModels;
  /** The checkpoint to continue from; null at the beginning. */
  readonly checkpoint: Checkpoint | null;
  /** Aborts when the backend fails. */
  readonly fault: AbortSignal;
}

/** Runs to the end, or until a signal stops it. */
export async function execute(job: Job): Promise<void> {
  const { out, run, sources, models, checkpoint, fault } = job;
  const { config, checkpointEvery, logResponses } = run;
  const { dataset: own, others } = sources;
  printNotices([own, ...others]);
  writeRunFile(out, run);
  const position =
    checkpoint === null
      ? { progress: firstPosition(config).progress, entries: [] }
      : positionOf(checkpoint, config.steps);
  const stop = new Stop();
  fault.addEventListener("abort", () => stop.fail(fault.reason as Error)); // always an Error
  const signals = stopOnSignals(stop);
  const display = new RunDisplay(config.steps, run.dataset, position.entries);
  const { hasChatTemplate } = models.policy.model.tokenizer;
  const training = { out, models, config, own, others, checkpointEvery, logResponses, hasChatTemplate };
  const entries = await train(training, position, stop, display).finally(() => display.close());
  if (signals.received !== null) reportStop(out, entries, signals.received);
  else await finish(job, entries);
}

/** Stops the run at the first signal and exits at the second. */
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

function reportStop(out: string, entries: readonly Entry[], signal: NodeJS.Signals): void {
  console.error(`stopped after step ${stepsOf(entries).length}; continue with: ttrl run --resume ${out}`);
  process.exitCode = 128 + constants.signals[signal];
}

/** Writes the trained model's folder and prints the summary. */
async function finish({ out, run, sources, models }: Job, entries: readonly Entry[]): Promise<void> {
  const { model: name, dataset, config } = run;
  const others = sources.others.map((other) => other.name);
  const steps = stepsOf(entries);
  const summary = runSummary(entries, dataset, others, steps.length); // fewer steps than planned after an early stop
  const evaluations = evaluationsOf(entries, dataset);
  const report = reportOf(models.policy, describe(run), { steps, evaluations });
  const further = new Map(others.map((other) => [other, evaluationsOf(entries, other)]));
  const trained = { name, folder: sources.model.texts, policy: models.policy };
  await replaceFolder(join(out, "model"), runFolder(trained, report, undefined, further));
  const adapter = await adapterFolder(trained, report);
  if (adapter !== null) await replaceFolder(join(out, "adapter"), adapter);
  const { backend } = run.backend;
  writeJsonLine({ model: name, dataset, backend, seed: config.seed, ...summary, out: resolve(out) });
}

/** Writes a folder in place of one written before the run was given more steps. */
function replaceFolder(path: string, files: ReadonlyMap<string, Content>): Promise<void> {
  rmSync(path, { recursive: true, force: true });
  return writeFolder(path, files);
}
