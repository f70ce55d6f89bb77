/** The requested units and their state. */
import { seedsOf, type Experiment } from "../../src/experiments/experiment.ts";
import { InputError } from "../inputError.ts";
import {
  cellFolder,
  cellHash,
  cellsOf,
  cellText,
  readRecord,
  unitHash,
  unitOf,
  type Cell,
  type Unit,
} from "./cell.ts";
import { readEarlierRuns, type EarlierRuns } from "./earlierRuns.ts";
import { experimentNames, readExperiment } from "./experimentFile.ts";
import { isFinished } from "./runCell.ts";

/** A request for experiments. */
export interface ExperimentRequest {
  readonly names: readonly string[];
  readonly out: string;
  /** A folder of results whose runs count as finished; null for none. */
  readonly earlier: string | null;
  readonly jobs: number;
  /** Names of variants; empty for all. */
  readonly only: readonly string[];
  /** Seeds; empty for those of each variant. */
  readonly seeds: readonly number[];
  readonly backend: string;
}

/** An experiment with all its units and the requested ones among them. */
export interface Plan {
  readonly experiment: Experiment;
  readonly units: readonly Unit[];
  readonly wanted: readonly Unit[];
  readonly earlier: EarlierRuns;
}

/** Returns the plans of the requested experiments. */
export function plansOf(request: ExperimentRequest): Plan[] {
  const earlier: EarlierRuns = request.earlier === null ? new Map() : readEarlierRuns(request.earlier);
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
export function isUnitFinished(out: string, unit: Unit): boolean {
  return cellsOf(unit).every((cell) => isFinished(out, cell));
}

/** Describes the experiments, one line each. */
export function listExperiments(): string {
  return experimentNames()
    .map((name) => {
      const { title, question, variants } = readExperiment(name);
      return `${name.padEnd(12)} ${title}: ${question} (${variants.length} variants)\n`;
    })
    .join("");
}

/** Lists each requested cell once with its state, then the number of finished ones. */
export function listCells({ experiment, wanted, earlier }: Plan, out: string): string {
  const lines = new Map<string, string>();
  for (const unit of wanted) {
    const isEarlier = earlier.has(unitHash(unit));
    for (const cell of cellsOf(unit)) {
      const hash = cellHash(cell);
      if (lines.has(hash)) continue;
      const state = isEarlier ? "earlier" : stateOf(out, cell);
      const place = `${unit.variant.name}, seed ${unit.seed}`;
      lines.set(hash, `${state.padEnd(8)} ${hash} ${place}: ${cellText(cell)}\n`);
    }
  }
  const all = [...lines.values()];
  const finished = all.filter((line) => /^(finished|earlier)/.test(line)).length;
  return `${all.join("")}${experiment.name}: ${finished} of ${all.length} cells finished\n`;
}

function stateOf(out: string, cell: Cell): "missing" | "begun" | "finished" {
  const record = readRecord(cellFolder(out, cell));
  if (record === null) return "missing";
  return record.finished === null ? "begun" : "finished";
}
