/** Reads and checks the experiments in experiments/. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { configOf, otherDatasets, type Experiment } from "../../src/experiments/experiment.ts";
import { experiment } from "../../src/experiments/schema.ts";
import { InputError, messageOf } from "../inputError.ts";
import { issuesOf } from "../files/jsonLines.ts";

const EXPERIMENTS = fileURLToPath(new URL("../../experiments/", import.meta.url));

/** Returns the names of all experiments. */
export function experimentNames(): string[] {
  return readdirSync(EXPERIMENTS)
    .filter((file) => file.endsWith(".json"))
    .map((file) => basename(file, ".json"))
    .sort();
}

/** Reads an experiment by name or by a path ending in .json. */
export function readExperiment(wanted: string): Experiment {
  const path = wanted.endsWith(".json") ? wanted : join(EXPERIMENTS, `${wanted}.json`);
  if (!existsSync(path)) {
    const names = experimentNames().join(", ");
    throw new InputError(
      `there is no experiment "${wanted}"; name one of ${names}, or a .json file that is one`,
    );
  }
  const parsed = experiment.safeParse(parseJson(path));
  if (!parsed.success) throw new InputError(`${path}: ${issuesOf(parsed.error)}`);
  const read: Experiment = parsed.data;
  const problem = problemOf(read, basename(path, ".json"));
  if (problem !== null) throw new InputError(`${path}: ${problem}`);
  return read;
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new InputError(`${path}: not JSON (${messageOf(error)}); correct the file`);
  }
}

/** Returns the contradiction between parts of an experiment; null if there is none. */
function problemOf(read: Experiment, file: string): string | null {
  if (read.name !== file) return `"name" is "${read.name}"; it must be that of the file`;
  const [names, columns] = [
    read.variants.map((variant) => variant.name),
    read.table.map(({ label }) => label),
  ];
  return (
    repeated("variants", names) ??
    repeated("table", columns) ??
    settingProblem(read) ??
    columnProblem(read) ??
    readingProblem(read)
  );
}

function repeated(place: string, values: readonly string[]): string | null {
  const found = values.find((value, i) => values.indexOf(value) !== i);
  return found === undefined ? null : `"${place}" has "${found}" twice; give each a name of its own`;
}

function settingProblem(read: Experiment): string | null {
  for (const variant of read.variants) {
    try {
      configOf(read, variant, 0);
    } catch (error) {
      return `variant "${variant.name}": ${messageOf(error)}`;
    }
  }
  return null;
}

function columnProblem({ plot: figure, table }: Experiment): string | null {
  const known = table.map(({ label }) => label);
  const named = [
    ...("columns" in figure ? figure.columns : []),
    ...("marks" in figure ? (figure.marks ?? []) : []),
  ];
  const missing = named.find((label) => !known.includes(label));
  if (missing === undefined) return null;
  return `"plot" names the column "${missing}", which "table" has not; its columns are ${known.join(", ")}`;
}

function readingProblem(read: Experiment): string | null {
  const moments = ["before", "after", "first", "last", ...read.initialVotes.map((vote) => vote.name)];
  const datasets = new Set(read.variants.flatMap((variant) => otherDatasets(read, variant)));
  for (const column of read.table) {
    for (const part of [column.read, ...(column.minus === undefined ? [] : [column.minus])]) {
      if (!moments.includes(part.at))
        return `column "${column.label}" reads at "${part.at}"; it can be one of ${moments.join(", ")}`;
      const { dataset } = { dataset: undefined, ...part };
      if (dataset !== undefined && !datasets.has(dataset))
        return `column "${column.label}" reads "${dataset}", which "evaluate" does not name`;
    }
  }
  return null;
}
