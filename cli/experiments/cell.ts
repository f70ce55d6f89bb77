/** Cells: what experiments are made of and share. A cell is named by a hash of everything that determines its numbers. */
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
import { InputError, messageOf } from "../inputError.ts";
import { sha256 } from "../files/textFile.ts";
import { findDataset, findModel, type Source } from "./files.ts";

/** A run of `ttrl run`. */
export interface RunCell {
  readonly kind: "run";
  readonly model: Source;
  readonly dataset: Source;
  readonly config: TtrlConfig;
  readonly backend: string;
}

/** An evaluation of `ttrl eval`: of an initial model, or of what a run has made of it. */
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

/** The cells of a variant with a seed. */
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
  const { evaluationTemperature: temperature, evaluationTopP: topP, initialSamples: samples } = config;
  const { maxResponseTokens } = config;
  const measured = {
    kind: "evaluation",
    temperature,
    topP,
    samples,
    maxResponseTokens,
    seed,
    backend,
  } as const;
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

/** A cell in a line. */
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

/** Settings that are not the default ones: a setting that is added later changes no hash. */
function changedSettings(config: TtrlConfig): Record<string, number | string> {
  return Object.fromEntries(
    CONFIG_NAMES.filter((name) => name === "seed" || config[name] !== DEFAULT_CONFIG[name])
      .sort()
      .map((name) => [name, config[name]]),
  );
}

/** Returns everything that determines a cell's numbers, except the program. */
function identityOf(cell: Cell): object {
  const { kind, backend } = cell;
  const dataset = cell.dataset.sha256;
  if (cell.kind === "run")
    return { kind, model: cell.model.sha256, dataset, settings: changedSettings(cell.config), backend };
  const { model, temperature, topP, samples, maxResponseTokens, seed } = cell;
  const subject = "kind" in model ? cellHash(model) : model.sha256;
  return { kind, model: subject, dataset, temperature, topP, samples, maxResponseTokens, seed, backend };
}

/** The name of a cell. */
export function cellHash(cell: Cell): string {
  return sha256(Buffer.from(JSON.stringify(identityOf(cell)))).slice(0, 16);
}

/** Returns the hash of everything that determines a unit's numbers, except the program. */
export function unitHash({ run, evaluations }: Unit): string {
  const cells = [cellHash(run), ...evaluations.map(({ at, cell }) => `${at} ${cellHash(cell)}`)];
  return sha256(Buffer.from(JSON.stringify(cells))).slice(0, 16);
}

/** Returns the folder of a cell in `out`. */
export function cellFolder(out: string, cell: Cell): string {
  return join(out, "cells", cellHash(cell));
}

const record = z.object({
  text: z.string(),
  /** Of the program that computed it. */
  version: z.string(),
  commit: z.string(),
  begun: z.string(),
  finished: z.nullable(z.string()),
  /** Wall-clock of all its processes. */
  seconds: z.number(),
});

/** The content of cell.json. */
export type CellRecord = z.infer<typeof record>;

/** Returns the path of a cell's record. */
export function recordPath(folder: string): string {
  return join(folder, "cell.json");
}

/** The record of a cell; null when it was never begun. */
export function readRecord(folder: string): CellRecord | null {
  const path = recordPath(folder);
  if (!existsSync(path)) return null;
  try {
    return record.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new InputError(
      `${path}: damaged (${messageOf(error)}); remove the folder, and the cell runs again`,
    );
  }
}
