/** The requested cells and their state. */
import { seedsOf, type Experiment } from "../../src/experiments/experiment.ts";
import { InputError } from "../inputError.ts";
import {
  cellFolder,
  cellHash,
  cellText,
  readRecord,
  unitHash,
  unitOf,
  type Cell,
  type Unit,
} from "./cell.ts";
import { NONE_EARLIER, readEarlierRuns, type EarlierRuns } from "./earlierRuns.ts";
import { experimentNames, readExperiment } from "./experimentFile.ts";
import { isFinished } from "./runCell.ts";

/** A request for experiments. */
export interface ExperimentRequest {
  readonly names: readonly string[];
  readonly out: string;
  /** A folder with results of another time or machine, whose runs count as finished; null without. */
  readonly earlier: string | null;
  readonly jobs: number;
  /** Variants by name; all where none is named. */
  readonly only: readonly string[];
  /** Seeds; those of each variant where none is named. */
  readonly seeds: readonly number[];
  readonly backend: string;
}

/** An experiment with all its units, and those of them that were asked for. */
export interface Plan {
  readonly experiment: Experiment;
  readonly units: readonly Unit[];
  readonly wanted: readonly Unit[];
  readonly earlier: EarlierRuns;
}

/** The plans of the experiments named. */
export function plansOf(request: ExperimentRequest): Plan[] {
  const earlier = request.earlier === null ? NONE_EARLIER : readEarlierRuns(request.earlier);
  const plans = request.names.map((name) => planOf(readExperiment(name), request, earlier));
  const known = plans.flatMap(({ experiment }) => experiment.variants.map(({ name }) => name));
  const unknown = request.only.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      `--only ${unknown}: there is no such variant; the experiment has ${known.join(", ")}`,
    );
  }
  return plans;
}

function planOf(experiment: Experiment, request: ExperimentRequest, earlier: EarlierRuns): Plan {
  const units = experiment.variants.flatMap((variant) =>
    seedsOf(experiment, variant).map((seed) => unitOf(experiment, variant, seed, request)),
  );
  const isWanted = ({ variant, seed }: Unit): boolean =>
    (request.only.length === 0 || request.only.includes(variant.name)) &&
    (request.seeds.length === 0 || request.seeds.includes(seed));
  return { experiment, units, wanted: units.filter(isWanted), earlier };
}

/** Returns true if a unit needs no computation. */
export function isUnitDone({ earlier }: Plan, out: string, unit: Unit): boolean {
  return earlier.has(unitHash(unit)) || isUnitFinished(out, unit);
}

/** Returns true if all cells of a unit are finished. */
export function isUnitFinished(out: string, { run, evaluations }: Unit): boolean {
  return [run, ...evaluations.map(({ cell }) => cell)].every((cell) => isFinished(out, cell));
}

/** The experiments, a line each. */
export function listExperiments(): string {
  return experimentNames()
    .map(readExperimentLine)
    .map((line) => `${line}\n`)
    .join("");
}

function readExperimentLine(name: string): string {
  const { title, question, variants } = readExperiment(name);
  return `${name.padEnd(12)} ${title}: ${question} (${variants.length} variants)`;
}

/** Each cell of a plan once, with how far it is; then how many are finished. */
export function listCells({ experiment, wanted, earlier }: Plan, out: string): string {
  const cells = new Map<string, { cell: Cell; seen: string; isEarlier: boolean }>();
  for (const unit of wanted) {
    const { variant, seed, run, evaluations } = unit;
    const isEarlier = earlier.has(unitHash(unit));
    for (const cell of [run, ...evaluations.map((evaluation) => evaluation.cell)]) {
      const hash = cellHash(cell);
      if (!cells.has(hash)) cells.set(hash, { cell, seen: `${variant.name}, seed ${seed}`, isEarlier });
    }
  }
  const states = [...cells].map(([hash, { cell, seen, isEarlier }]) => {
    const state = isEarlier ? "earlier" : stateOf(out, cell);
    return { state, line: `${state.padEnd(8)} ${hash} ${seen}: ${cellText(cell)}` };
  });
  const finished = states.filter(({ state }) => state === "finished" || state === "earlier").length;
  const end = `${experiment.name}: ${finished} of ${states.length} cells finished`;
  return `${[...states.map(({ line }) => line), end].join("\n")}\n`;
}

function stateOf(out: string, cell: Cell): "missing" | "begun" | "finished" {
  const record = readRecord(cellFolder(out, cell));
  if (record === null) return "missing";
  return record.finished === null ? "begun" : "finished";
}
