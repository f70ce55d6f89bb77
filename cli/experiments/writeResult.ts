/** The finished cells of an experiment -> its JSON, its figure and its table. */
import { cpus } from "node:os";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { tableOf } from "../../src/experiments/estimate.ts";
import { figureOf } from "../../src/experiments/figure.ts";
import { markdownOf } from "../../src/experiments/markdown.ts";
import type { Environment, ExperimentResult } from "../../src/experiments/result.ts";
import { writeFile } from "../durable.ts";
import { writeJsonLine } from "../jsonLines.ts";
import { collectUnit, type Collected } from "./collect.ts";
import { isUnitFinished, type Plan } from "./plan.ts";

/** Writes <name>.json, .svg and .md into `out`, and says so; nothing when no run is finished. */
export function writeResult({ experiment, units }: Plan, out: string): void {
  const finished = units.filter((unit) => isUnitFinished(out, unit));
  if (finished.length === 0) return;
  const collected = finished.map((unit) => collectUnit(out, unit));
  const cells = collected.map(({ cell }) => cell);
  const result: ExperimentResult = {
    definition: experiment,
    environment: environmentOf(collected),
    missing: units
      .filter((unit) => !finished.includes(unit))
      .map(({ variant, seed }) => ({ variant: variant.name, seed })),
    table: tableOf(experiment, cells),
    cells,
  };
  const path = join(out, experiment.name);
  writeFile(`${path}.json`, `${JSON.stringify(result)}\n`);
  writeFile(`${path}.svg`, figureOf(result));
  writeFile(`${path}.md`, markdownOf(result));
  writeJsonLine({
    experiment: experiment.name,
    runs: finished.length,
    of: units.length,
    result: `${path}.json`,
  });
}

function environmentOf(collected: readonly Collected[]): Environment {
  const records = collected.flatMap((found) => found.records);
  const days = records.map(({ begun }) => begun.slice(0, "2026-11-22".length)).sort();
  const processors = cpus();
  return {
    version: packageJson.version,
    commits: [...new Set(records.map(({ commit }) => commit))].sort(),
    backend: [...new Set(collected.map(({ backend }) => backend))].join("; "),
    hardware: `${processors.length} × ${processors[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}`,
    from: days[0] ?? "",
    to: days.at(-1) ?? "",
  };
}
