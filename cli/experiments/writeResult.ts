/** The finished cells of an experiment -> its JSON, its figure and its table. */
import { cpus } from "node:os";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { tableOf } from "../../src/experiments/estimate.ts";
import { markdownOf } from "../../src/experiments/markdown.ts";
import type { Environment, ExperimentResult } from "../../src/experiments/result.ts";
import { figureFile } from "../../src/figures/figureFile.tsx";
import { writeFile } from "../files/durable.ts";
import { writeJsonLine } from "../files/jsonLines.ts";
import type { ComputedRun } from "./earlierRuns.ts";
import { collectUnit, type Collected } from "./collect.ts";
import { unitHash, type Unit } from "./cell.ts";
import { isUnitFinished, type Plan } from "./plan.ts";

/** Writes <name>.json, .svg and .md into `out`, and says so; nothing when no run is finished. */
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
  const path = join(out, experiment.name);
  writeFile(`${path}.json`, `${JSON.stringify(result)}\n`);
  writeFile(`${path}.svg`, figureFile(result));
  writeFile(`${path}.md`, markdownOf(result));
  writeJsonLine({
    experiment: experiment.name,
    runs: runs.length,
    of: units.length,
    result: `${path}.json`,
  });
}

/** A run that is finished here, else as an earlier result has it; null where there is none. */
function findRun({ earlier }: Plan, out: string, unit: Unit): ComputedRun | null {
  const identity = unitHash(unit);
  if (!isUnitFinished(out, unit)) return withNames(earlier.get(identity), unit);
  const collected = collectUnit(out, unit);
  return { cell: { ...collected.cell, identity }, environment: environmentOf(collected) };
}

/** An earlier run may have been another experiment's, where its variant had another name. */
function withNames(run: ComputedRun | undefined, { variant, seed }: Unit): ComputedRun | null {
  return run === undefined ? null : { ...run, cell: { ...run.cell, variant: variant.name, seed } };
}

function environmentOf({ records, backend }: Collected): Environment {
  const days = records.map(({ begun }) => begun.slice(0, "2026-11-22".length)).sort();
  const processors = cpus();
  return {
    version: packageJson.version,
    commits: records.map(({ commit }) => commit),
    backend,
    hardware: `${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}`,
    from: days[0] ?? "",
    to: days.at(-1) ?? "",
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
    from: environments.map(({ from }) => from).sort()[0] ?? "",
    to:
      environments
        .map(({ to }) => to)
        .sort()
        .at(-1) ?? "",
  };
}
