/** The whole state of a run as a value on disk: written and read back, it continues as if it had never stopped. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { readSafetensors, writeSafetensors, type Tensor } from "../src/formats/safetensors.ts";
import type { OptimizerState } from "../src/engine/optimizerState.ts";
import type { RunProgress } from "../src/rl/run.ts";
import { completeEntries, writeFolder } from "./durable.ts";
import { InputError, messageOf } from "./inputError.ts";

/** Everything a run depends on beside its configuration, model and data. */
export interface Checkpoint {
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly optimizer: OptimizerState;
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

const stateFile = z.object({
  updates: z.int().check(z.nonnegative()),
  plannedSteps: z.int().check(z.positive()),
  progress: z.object({
    loop: z.object({
      step: z.int().check(z.nonnegative()),
      queue: z.array(z.int().check(z.nonnegative())),
      random: z.tuple([word, word, word, word]),
      // Absent from checkpoints written before labels were remembered: the flip rate then starts anew.
      labels: z.array(z.tuple([z.string(), z.nullable(z.string())])).default([]),
      initialLabels: z.exactOptional(z.array(z.nullable(z.string()))),
      recentFlipRates: z.exactOptional(z.array(z.number())),
    }),
    evaluated: z.boolean(),
  }),
});

/** Writes the checkpoint into `folder` and removes older ones: at every moment a complete one is there. */
export function writeCheckpoint(folder: string, checkpoint: Checkpoint): void {
  const { weights, optimizer, progress, plannedSteps, metrics, timing } = checkpoint;
  const older = completeEntries(folder).sort();
  const state = { updates: optimizer.updates, plannedSteps, progress };
  writeFolder(
    join(folder, nextName(older.at(-1))),
    new Map<string, Uint8Array | string>([
      ["model.safetensors", writeSafetensors(weights)],
      ["first-moments.safetensors", writeSafetensors(optimizer.firstMoments)],
      ["second-moments.safetensors", writeSafetensors(optimizer.secondMoments)],
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
  const tensors = (file: string): Map<string, Tensor> =>
    readSafetensors(readFileSync(join(path, file))).tensors;
  const lines = (file: string): string[] => readFileSync(join(path, file), "utf8").split("\n").slice(0, -1);
  try {
    const state = stateFile.parse(JSON.parse(readFileSync(join(path, "state.json"), "utf8")));
    return {
      weights: tensors("model.safetensors"),
      optimizer: {
        updates: state.updates,
        firstMoments: tensors("first-moments.safetensors"),
        secondMoments: tensors("second-moments.safetensors"),
      },
      progress: state.progress,
      metrics: lines("metrics.jsonl"),
      timing: lines("timing.jsonl"),
      plannedSteps: state.plannedSteps,
    };
  } catch (error) {
    throw new InputError(`${path}: this checkpoint is damaged (${messageOf(error)}); start the run again`);
  }
}

/** Counts on from the newest, so that names sort by age. */
function nextName(newest = "0"): string {
  return String(Number(newest) + 1).padStart(8, "0");
}

function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
