/** Cells: the runs and evaluations that experiments share, named by a hash of everything that determines their numbers. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import {
  configOf,
  otherDatasets,
  subjectOf,
  type Experiment,
  type Variant,
} from "../../src/experiments/experiment.ts";
import { CONFIG_NAMES, DEFAULT_CONFIG, type TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import { sha256 } from "../files/textFile.ts";
import { InputError, messageOf } from "../inputError.ts";
import { runFilePath } from "../runs/runFile.ts";
import { findDataset, findModel, type Source } from "./files.ts";

/** A run by `ttrl run`. */
export interface RunCell {
  readonly kind: "run";
  readonly model: Source;
  readonly dataset: Source;
  readonly config: TtrlConfig;
  readonly backend: string;
}

/** An evaluation by `ttrl eval` of an initial model or of the model that a run trained. */
export interface EvaluationCell {
  readonly kind: "evaluation";
  readonly model: Source | RunCell;
  readonly dataset: Source;
  readonly temperature: number;
  readonly topP: number;
  readonly samples: number;
  readonly maxResponseTokens: number;
  readonly seed: number;
  readonly backend: string;
}

export type Cell = RunCell | EvaluationCell;

/** All cells of one variant with one seed. */
export interface Unit {
  readonly variant: Variant;
  readonly seed: number;
  readonly run: RunCell;
  readonly evaluations: readonly { readonly at: string; readonly cell: EvaluationCell }[];
}

/** Returns the cells of a variant with a seed. */
export function unitOf(
  experiment: Experiment,
  variant: Variant,
  seed: number,
  { out, backend }: { readonly out: string; readonly backend: string },
): Unit {
  const subject = subjectOf(experiment, variant);
  const config = configOf(experiment, variant, seed);
  const model = findModel(subject.model);
  const dataset = findDataset(subject.dataset, subject.level, out);
  const run: RunCell = { kind: "run", model, dataset, config, backend };
  const measured = {
    kind: "evaluation" as const,
    temperature: config.evaluationTemperature,
    topP: config.evaluationTopP,
    samples: config.initialSamples,
    maxResponseTokens: config.maxResponseTokens,
    seed,
    backend,
  };
  const others = otherDatasets(experiment, variant).flatMap((name) => {
    const other = { ...measured, dataset: findDataset(name, undefined, out) };
    return [
      { at: "before", cell: { ...other, model } },
      { at: "after", cell: { ...other, model: run } },
    ];
  });
  const votes = experiment.initialVotes.map(({ name, ...vote }) => ({
    at: name,
    cell: { ...measured, ...vote, dataset, model },
  }));
  return { variant, seed, run, evaluations: [...others, ...votes] };
}

/** Describes a cell in one line. */
export function cellText(cell: Cell): string {
  const data = cell.dataset.name;
  if (cell.kind === "run") {
    const settings = Object.entries(changedSettings(cell.config)).map(([name, value]) => `${name}=${value}`);
    return `run ${cell.model.name} on ${data} ${settings.join(" ")}`.trim();
  }
  const { model, samples, temperature, topP, seed } = cell;
  const subject = "kind" in model ? `the run ${cellHash(model)}` : model.name;
  return `evaluation of ${subject} on ${data}, ${samples} samples, T ${temperature}, top-p ${topP}, seed ${seed}`;
}

/** Settings that differ from the defaults, so that a setting added later changes no hash. */
function changedSettings(config: TtrlConfig): Record<string, number | string> {
  return Object.fromEntries(
    CONFIG_NAMES.filter((name) => name === "seed" || config[name] !== DEFAULT_CONFIG[name])
      .sort()
      .map((name) => [name, config[name]]),
  );
}

/** Everything that determines a cell's numbers except the program; the order of the fields is part of the hash. */
function identityOf(cell: Cell): object {
  const { kind, backend, dataset, model } = cell;
  const subject = "kind" in model ? cellHash(model) : model.sha256;
  const shared = { kind, model: subject, dataset: dataset.sha256 };
  if (cell.kind === "run") return { ...shared, settings: changedSettings(cell.config), backend };
  const { temperature, topP, samples, maxResponseTokens, seed } = cell;
  return { ...shared, temperature, topP, samples, maxResponseTokens, seed, backend };
}

/** Returns the name of a cell's folder. */
export function cellHash(cell: Cell): string {
  return hashOf(identityOf(cell));
}

/** Returns the hash of everything that determines a unit's numbers, except the program. */
export function unitHash({ run, evaluations }: Unit): string {
  return hashOf([cellHash(run), ...evaluations.map(({ at, cell }) => `${at} ${cellHash(cell)}`)]);
}

function hashOf(value: object): string {
  return sha256(Buffer.from(JSON.stringify(value))).slice(0, 16);
}

/** Returns the folder of a cell in `out`. */
export function cellFolder(out: string, cell: Cell): string {
  return join(out, "cells", cellHash(cell));
}

/** Returns all cells of a unit, the run first. */
export function cellsOf({ run, evaluations }: Unit): readonly Cell[] {
  return [run, ...evaluations.map(({ cell }) => cell)];
}

const record = z.object({
  text: z.string(),
  /** Of the program that computed the cell. */
  version: z.string(),
  commit: z.string(),
  begun: z.string(),
  finished: z.nullable(z.string()),
  /** Wall-clock time of all its processes. */
  seconds: z.number(),
});

/** The content of cell.json. */
export type CellRecord = z.infer<typeof record>;

/** Returns the path of a cell's record. */
export function recordPath(folder: string): string {
  return join(folder, "cell.json");
}

/** Reads the record of a cell; null if it was never begun. */
export function readRecord(folder: string): CellRecord | null {
  const path = recordPath(folder);
  return existsSync(path) ? readChecked(path, record) : null;
}

/** The part of run.json that is used here; the run may predate settings that exist now. */
const recordedRun = z.object({
  config: z.record(z.string(), z.unknown()),
  backend: z.object({ backend: z.string(), device: z.string() }),
});

/** Reads the run.json of a finished run. */
export function readRecordedRun(folder: string): z.infer<typeof recordedRun> {
  return readChecked(runFilePath(folder), recordedRun);
}

/**
 * Throws if a run was made with another value of a setting. Its hash is the same, so a default has changed since. Settings
 * added or removed since had their defaults in both.
 */
export function checkSettings(folder: string, config: object): void {
  const before = new Map(Object.entries(readRecordedRun(folder).config));
  for (const [name, value] of Object.entries(config)) {
    if (!before.has(name) || before.get(name) === value) continue;
    throw new InputError(
      `${folder}: was run with ${name} ${String(before.get(name))}, which is ${String(value)} by default now; remove the folder to run it again`,
    );
  }
}

function readChecked<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new InputError(`${path}: damaged (${messageOf(error)}); remove the folder to run the cell again`);
  }
}
