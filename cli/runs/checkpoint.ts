/** Checkpoints on disk: a run continued from one equals the uninterrupted run. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readSafetensors, streamSafetensors } from "../../src/formats/safetensors/safetensors.ts";
import { weightsInMemory } from "../../src/formats/numbers/weightSource.ts";
import type { OptimizerState } from "../../src/decoder/optimizerState.ts";
import { COMPANIONS, type CompanionStates } from "../../src/model/trainableModels.ts";
import type { TrainedState } from "../../src/model/contracts/trainablePolicy.ts";
import type { RunProgress } from "../../src/rl/metrics/studyRun.ts";
import { completeEntries, writeFolder, type Content } from "../files/durable.ts";
import { InputError, messageOf } from "../inputError.ts";
import type { Tensor } from "../../src/math/tensor.ts";

/** The state of a run; with its configuration, model and data it determines the rest. */
export interface Checkpoint {
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly optimizer: OptimizerState;
  /** States of critic, EMA teacher and reward model. */
  readonly companions: CompanionStates;
  /** Steps done, questions still to come in this epoch, random state. */
  readonly progress: RunProgress;
  /** Steps the run was to have: its last evaluation is another than the ones before. */
  readonly plannedSteps: number;
  /** Lines of metrics.jsonl so far. */
  readonly metrics: readonly string[];
  /** Lines of timing.jsonl so far, one for each line of metrics. */
  readonly timing: readonly string[];
}

const word = z.int().check(z.nonnegative(), z.lt(2 ** 32));

const count = z.int().check(z.nonnegative());

const stateFile = z.object({
  updates: count,
  // Absent from checkpoints written before there were companions. Null: it takes no optimizer steps.
  companions: z.array(z.object({ name: z.enum(COMPANIONS), updates: z.nullable(count) })).default([]),
  plannedSteps: z.int().check(z.positive()),
  progress: z.object({
    loop: z.object({
      step: count,
      queue: z.array(count),
      random: z.tuple([word, word, word, word]),
      // Absent from checkpoints written before labels were remembered: the flip rate then starts anew.
      labels: z.array(z.tuple([z.string(), z.nullable(z.string())])).default([]),
      initialLabels: z.exactOptional(z.array(z.nullable(z.string()))),
      initialRatios: z.exactOptional(z.array(z.number())),
      earlyStop: z.exactOptional(z.array(z.number())),
    }),
    evaluated: z.boolean(),
  }),
});

/** Writes the checkpoint into `folder`, then removes older ones: a complete one exists at any time. */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const { weights, optimizer, companions, progress, plannedSteps, metrics, timing } = checkpoint;
  const older = completeEntries(folder).sort();
  const updatesOf = [...companions].map(([name, state]) => ({
    name,
    updates: state.optimizer?.updates ?? null,
  }));
  const state = { updates: optimizer.updates, companions: updatesOf, plannedSteps, progress };
  await writeFolder(
    join(folder, nextName(older.at(-1))),
    new Map<string, Content>([
      ...modelFiles("", { weights, optimizer }),
      ...[...companions].flatMap(([name, companion]) => modelFiles(`${name}-`, companion)),
      ["state.json", `${JSON.stringify(state, null, 2)}\n`],
      ["metrics.jsonl", joinLines(metrics)],
      ["timing.jsonl", joinLines(timing)],
    ]),
  );
  for (const entry of older) rmSync(join(folder, entry), { recursive: true });
}

/** Reads the newest checkpoint of `folder`; null when there is none. */
export function readCheckpoint(folder: string): Checkpoint | null {
  const name = completeEntries(folder).sort().at(-1);
  if (name === undefined) return null;
  const path = join(folder, name);
  const lines = (file: string): string[] => readFileSync(join(path, file), "utf8").split("\n").slice(0, -1);
  try {
    const state = stateFile.parse(JSON.parse(readFileSync(join(path, "state.json"), "utf8")));
    return {
      weights: readTensors(path, "model"),
      optimizer: readOptimizer(path, "", state.updates),
      companions: new Map(
        state.companions.map(({ name, updates }) => [
          name,
          {
            weights: readTensors(path, `${name}-model`),
            optimizer: updates === null ? null : readOptimizer(path, `${name}-`, updates),
          },
        ]),
      ),
      progress: state.progress,
      metrics: lines("metrics.jsonl"),
      timing: lines("timing.jsonl"),
      plannedSteps: state.plannedSteps,
    };
  } catch (error) {
    throw new InputError(`${path}: this checkpoint is damaged (${messageOf(error)}); start the run again`);
  }
}

/** The tensors of one model, in files whose names start with `prefix`. */
function modelFiles(prefix: string, { weights, optimizer }: TrainedState): [string, Content][] {
  const file = (name: string, tensors: ReadonlyMap<string, Tensor>): [string, Content] => [
    `${prefix}${name}.safetensors`,
    streamSafetensors(weightsInMemory(tensors), "F32"),
  ];
  if (optimizer === null) return [file("model", weights)];
  return [
    file("model", weights),
    file("first-moments", optimizer.firstMoments),
    file("second-moments", optimizer.secondMoments),
  ];
}

function readOptimizer(path: string, prefix: string, updates: number): OptimizerState {
  return {
    updates,
    firstMoments: readTensors(path, `${prefix}first-moments`),
    secondMoments: readTensors(path, `${prefix}second-moments`),
  };
}

function readTensors(path: string, name: string): Map<string, Tensor> {
  return readSafetensors(readFileSync(join(path, `${name}.safetensors`))).tensors;
}

/** Counts on from the newest, so that names sort by age. */
function nextName(newest = "0"): string {
  return String(Number(newest) + 1).padStart(8, "0");
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
