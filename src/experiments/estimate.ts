/** Computes the table of an experiment from its cells. */
import { at } from "../math/at.ts";
import { mean, seedInterval } from "../math/stats.ts";
import {
  datasetName,
  subjectOf,
  type Column,
  type EvaluationReading,
  type Experiment,
  type StepReading,
} from "./experiment.ts";
import { crossedInterval } from "./interval.ts";
import type { Estimate, ResultCell, ResultEvaluation, ResultTable, Unit } from "./result.ts";

/** Number of training steps that "first" and "last" average. */
export const STEPS_OF_MEAN = 10;

/** A value per question, or one for the run. */
type Value = readonly number[] | number;

/** Returns all columns for every variant with at least one run. */
export function tableOf(experiment: Experiment, cells: readonly ResultCell[]): ResultTable {
  const rows = experiment.variants.map(({ name, label }) => {
    const own = cells.filter(({ variant }) => variant === name).sort((a, b) => a.seed - b.seed);
    return {
      variant: name,
      label,
      seeds: own.map(({ seed }) => seed),
      values: experiment.table.map((column) => estimate(experiment, column, own)),
    };
  });
  return {
    columns: experiment.table.map((column) => ({ label: column.label, unit: unitOf(column) })),
    rows: rows.filter(({ seeds }) => seeds.length > 0),
  };
}

function unitOf({ read: { value }, minus }: Column): Unit {
  if (value === "responseLength") return "tokens";
  if (value === "entropy") return "nats";
  return minus === undefined ? "share" : "difference of shares";
}

/** Estimates a column over the runs of one variant; null where a run lacks the value. */
function estimate(experiment: Experiment, column: Column, cells: readonly ResultCell[]): Estimate | null {
  const values = cells.map((cell) => columnValue(experiment, column, cell));
  const known = values.filter((value) => value !== null);
  if (known.length === 0 || known.length < values.length) return null;
  const bySeed = known.map((value) => (typeof value === "number" ? value : mean(value)));
  const over = within(seedInterval(bySeed), column);
  const questions = known.filter((value) => typeof value !== "number");
  const interval = questions.length === known.length ? within(crossedInterval(questions), column) : over;
  return { mean: mean(bySeed), interval, seedInterval: over, bySeed };
}

/** Clips the interval of a share to [0, 1], which Student's t and the widening for few seeds can exceed. */
function within(
  interval: readonly [number, number] | null,
  column: Column,
): readonly [number, number] | null {
  if (interval === null || unitOf(column) !== "share") return interval;
  return [Math.max(0, interval[0]), Math.min(1, interval[1])];
}

function columnValue(experiment: Experiment, { read, minus }: Column, cell: ResultCell): Value | null {
  const value = readingOf(experiment, read, cell);
  if (minus === undefined || value === null) return value;
  const other = readingOf(experiment, minus, cell);
  if (other === null) return null;
  if (typeof value === "number" || typeof other === "number")
    return mean([value].flat()) - mean([other].flat());
  return value.map((share, i) => share - at(other, i)); // paired: the same questions in the same order
}

function readingOf(experiment: Experiment, reading: Column["read"], cell: ResultCell): Value | null {
  return isOfSteps(reading) ? stepMean(reading, cell) : evaluationValue(experiment, reading, cell);
}

/** True for a reading of training steps. */
export function isOfSteps(reading: Column["read"]): reading is StepReading {
  return reading.at === "first" || reading.at === "last";
}

function stepMean({ at: end, value }: StepReading, { curves }: ResultCell): number | null {
  const curve = curves[value] ?? [];
  const known = (end === "first" ? curve.slice(0, STEPS_OF_MEAN) : curve.slice(-STEPS_OF_MEAN)).filter(
    (point) => point !== null,
  );
  return known.length === 0 ? null : mean(known);
}

function evaluationValue(
  experiment: Experiment,
  { at: moment, value, dataset, level }: EvaluationReading,
  cell: ResultCell,
): Value | null {
  const name = dataset ?? ownDataset(experiment, cell);
  const evaluation = cell.evaluations.find((found) => found.at === moment && found.dataset === name);
  if (evaluation === undefined) return null;
  if (value !== "passAt1" && value !== "majority") return evaluation[value];
  return questionValues(evaluation, value, level);
}

function questionValues(
  { questions, samples }: ResultEvaluation,
  value: "passAt1" | "majority",
  level: string | undefined,
): number[] | null {
  if (questions === undefined) return null;
  const scores =
    value === "passAt1"
      ? questions.right.map((right) => right / samples)
      : Array.from(questions.majority, Number);
  if (level === undefined) return scores;
  const levels = questions.levels.flatMap(([name, count]) => Array<string>(count).fill(name));
  const chosen = scores.filter((_, i) => levels[i] === level);
  return chosen.length === 0 ? null : chosen;
}

/** Returns the name of the run's own data set in its evaluations. */
export function ownDataset(experiment: Experiment, { variant }: Pick<ResultCell, "variant">): string {
  const found = experiment.variants.find(({ name }) => name === variant);
  if (found === undefined) throw new Error(`${experiment.name} has no variant "${variant}"`);
  return datasetName(subjectOf(experiment, found));
}
