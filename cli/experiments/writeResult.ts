/** Writes the JSON, figure and table of an experiment from its finished cells. */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { tableOf } from "../../src/experiments/estimate.ts";
import { markdownOf } from "../../src/experiments/markdown.ts";
import type { Environment, ExperimentResult, ResultCell } from "../../src/experiments/result.ts";
import { momentOf, resultCell } from "../../src/experiments/resultCell.ts";
import { figureFile } from "../../src/figures/figureFile.tsx";
import { at } from "../../src/math/at.ts";
import { sum } from "../../src/math/stats.ts";
import type { Evaluation, QuestionScore } from "../../src/rl/metrics/metrics.ts";
import { writeFile } from "../files/durable.ts";
import { writeJsonLine } from "../files/jsonLines.ts";
import type { Metrics } from "../runs/journal.ts";
import {
  cellFolder,
  cellsOf,
  readRecord,
  readRecordedRun,
  unitHash,
  type CellRecord,
  type Unit,
} from "./cell.ts";
import type { ComputedRun } from "./earlierRuns.ts";
import { isUnitFinished, type Plan } from "./plan.ts";

/** Writes <name>.json, .svg and .md into `out` and prints where; does nothing if no run is finished. */
export function writeResult(plan: Plan, out: string): void {
  const { experiment, units } = plan;
  const found = new Map(units.map((unit) => [unit, findRun(plan, out, unit)]));
  const runs = [...found.values()].filter((run) => run !== null);
  if (runs.length === 0) return;
  const cells = runs.map(({ cell }) => cell);
  const result: ExperimentResult = {
    definition: experiment,
    environment: together(runs.map(({ environment }) => environment)),
    missing: units
      .filter((unit) => found.get(unit) === null)
      .map(({ variant, seed }) => ({ variant: variant.name, seed })),
    table: tableOf(experiment, cells),
    cells,
  };
  const path = writeFiles(result, out);
  const { name } = experiment;
  writeJsonLine({ experiment: name, runs: runs.length, of: units.length, result: `${path}.json` });
}

/** Writes the files of a result; returns their path without extension. */
export function writeFiles(result: ExperimentResult, out: string): string {
  const path = join(out, result.definition.name);
  writeFile(`${path}.json`, `${JSON.stringify(result)}\n`);
  writeFile(`${path}.svg`, figureFile(result));
  writeFile(`${path}.md`, markdownOf(result));
  return path;
}

/** Returns a run finished in `out`, else from an earlier result; null if there is none. */
function findRun({ earlier }: Plan, out: string, unit: Unit): ComputedRun | null {
  const identity = unitHash(unit);
  if (isUnitFinished(out, unit)) {
    const collected = collectUnit(out, unit);
    return { cell: { ...collected.cell, identity }, environment: environmentOf(collected) };
  }
  const run = earlier.get(identity);
  if (run === undefined) return null;
  // It may be from another experiment, in which the variant has another name.
  return { ...run, cell: { ...run.cell, variant: unit.variant.name, seed: unit.seed } };
}

function environmentOf({ records, backend }: Collected): Environment {
  const days = records.map(({ begun }) => begun.slice(0, "2026-11-22".length)).sort();
  const processors = cpus();
  return {
    version: packageJson.version,
    commits: records.map(({ commit }) => commit),
    backend,
    hardware: `${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}`,
    from: at(days, 0),
    to: at(days, days.length - 1),
  };
}

/** Merges the environments of several runs. */
function together(environments: readonly Environment[]): Environment {
  const all = (name: "version" | "backend" | "hardware"): string =>
    [...new Set(environments.map((environment) => environment[name]))].join("; ");
  return {
    version: all("version"),
    commits: [...new Set(environments.flatMap(({ commits }) => commits))].sort(),
    backend: all("backend"),
    hardware: all("hardware"),
    from: at(environments.map(({ from }) => from).sort(), 0),
    to: at(environments.map(({ to }) => to).sort(), environments.length - 1),
  };
}

/** A finished unit with the records of its cells. */
interface Collected {
  readonly cell: ResultCell;
  readonly records: readonly CellRecord[];
  /** Backend and device of the run. */
  readonly backend: string;
}

function collectUnit(out: string, unit: Unit): Collected {
  const { variant, seed, run, evaluations } = unit;
  const folder = cellFolder(out, run);
  const lines = readLines(join(folder, "metrics.jsonl"));
  const steps = lines.filter((line) => line.type === "step");
  const own = lines
    .filter((line) => line.type === "evaluation")
    .map((evaluation) => ({
      at: momentOf(evaluation.step, steps.length),
      dataset: run.dataset.name,
      evaluation,
    }));
  const others = evaluations.map(({ at, cell }) => ({
    at,
    dataset: cell.dataset.name,
    evaluation: readEvaluation(join(cellFolder(out, cell), "evaluation.json")),
  }));
  const records = cellsOf(unit).flatMap((cell) => readRecord(cellFolder(out, cell)) ?? []);
  const cell = resultCell({
    variant: variant.name,
    seed,
    steps,
    evaluations: [...own, ...others],
    seconds: sum(records.map(({ seconds }) => seconds)),
    commit: [...new Set(records.map(({ commit }) => commit))].join(" "),
  });
  const { backend, device } = readRecordedRun(folder).backend;
  return { cell, records, backend: `${backend} (${device})` };
}

function readLines(path: string): Metrics[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Metrics); // as this program wrote them
}

/** Reads the output of `ttrl eval --each`. */
function readEvaluation(path: string): Evaluation {
  const line = JSON.parse(readFileSync(path, "utf8")) as Evaluation & { each: QuestionScore[] }; // as this program wrote it
  return { ...line, questions: line.each };
}
