/** `npm run bench`: runs the comparison and writes its tables. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openBrowser } from "./browser.ts";
import { CONTENDERS, NAMES, type ContenderName } from "./contenders.ts";
import { kernelTable, type KernelTime } from "./kernels.ts";
import { ROOT } from "./node.ts";
import { inProcess, openNode } from "./nodeRunner.ts";
import { markdown } from "./report.ts";
import { compare, type Report, type Runner } from "./run.ts";
import { jobs, leftOut } from "./suite.ts";
import type { ModelName } from "./workload.ts";

const MODELS: readonly ModelName[] = ["abacus-0.1M", "abacus-0.2M", "abacus-0.5M", "SmolLM2-135M shape"];

const { values: options } = parseArgs({
  options: {
    node: { type: "boolean", default: false },
    kernels: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string" },
    models: { type: "string" },
    budget: { type: "string", default: "6" },
    out: { type: "string" },
  },
});
const log = (line: string): void => console.error(line);

/** Names of a list separated by commas, each one of `known`; all of them where nothing was asked for. */
function chosen<Name extends string>(what: string, list: string | undefined, known: readonly Name[]): Name[] {
  if (list === undefined) return [...known];
  return list.split(",").map((asked) => {
    const name = known.find((candidate) => candidate === asked || candidate.startsWith(`${asked} `));
    if (name === undefined)
      throw new RangeError(`there is no ${what} ${asked}; there are ${known.join(", ")}`);
    return name;
  });
}

function versions(contenders: readonly ContenderName[]): Record<string, string> {
  const require = createRequire(join(import.meta.dirname, "package.json"));
  const found: Record<string, string> = {};
  for (const name of contenders) {
    const { package: wanted } = CONTENDERS[name];
    if (wanted === null) continue;
    const root = wanted.startsWith("@tensorflow") ? ROOT : import.meta.dirname;
    const { version } = require(join(root, "node_modules", wanted, "package.json")) as { version: string };
    found[wanted] = version;
  }
  return found;
}

/** Runs everything asked for; after each job the tables so far are written, so that a run cut short leaves them. */
async function report(runner: Runner): Promise<Report> {
  const contenders = chosen("contender", options.only, NAMES);
  const budget = Number(options.budget);
  const models = chosen("model", options.models, MODELS);
  const planned = jobs(contenders, models, budget);
  const omitted = leftOut(contenders, models);
  const date = new Date().toISOString().slice(0, 10);
  const { where, limits } = runner;
  const machine = `${cpus().length} cores with a load average of ${loadavg()[0]?.toFixed(1) ?? "?"}`;
  const known = { date, where, machine, limits, budget, versions: versions(contenders) };
  let result: Report = { ...known, measurements: [], skipped: omitted };
  for await (const found of compare(runner, planned, log)) {
    result = { ...known, ...found, skipped: [...found.skipped, ...omitted] };
    if (options.out !== undefined) writeFileSync(options.out, markdown(result));
  }
  return result;
}

if (options.kernels) {
  const times = (await inProcess("kernels")) as KernelTime[];
  console.log(options.json ? JSON.stringify(times) : kernelTable(times));
  process.exit(0);
}
const runner = await (options.node ? openNode() : openBrowser(log));
const result = await report(runner);
await runner.close();
console.log(options.json ? JSON.stringify(result) : markdown(result));
process.exit(0);
