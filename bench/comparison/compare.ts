/** `npm run bench`: runs the comparison and prints its tables. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../../tools/ensurePackages.mjs";
import { CONTENDERS, NAMES, type ContenderName } from "../contenders/contenders.ts";
import { OPTIONS } from "../options.mjs";
import { openBrowser } from "./browser.ts";
import { openNode } from "./nodeRunner.ts";
import { markdown } from "./report.ts";
import { compare, type Report, type Runner } from "./run.ts";
import { jobs, leftOut, MODELS, WORKLOAD_NAMES, type Asked } from "./suite.ts";

const { values: options } = parseArgs({ options: OPTIONS });
const log = (line: string): void => console.error(line);

/** Returns the names in a comma-separated list, each one of `known`; all of them without a list. */
function chosen<Name extends string>(what: string, list: string | undefined, known: readonly Name[]): Name[] {
  if (list === undefined) return [...known];
  return list.split(",").map((asked) => {
    const name = known.find((candidate) => candidate === asked || candidate.startsWith(`${asked} `));
    if (name === undefined)
      throw new RangeError(`there is no ${what} ${asked}; choose from ${known.join(", ")}`);
    return name;
  });
}

/** Returns the versions of the contenders' packages. */
function versions(contenders: readonly ContenderName[]): Record<string, string> {
  const require = createRequire(join(ROOT, "bench", "package.json"));
  const found: Record<string, string> = {};
  for (const name of contenders) {
    const { package: wanted } = CONTENDERS[name];
    if (wanted === null) continue;
    const root = wanted.startsWith("@tensorflow") ? ROOT : join(ROOT, "bench");
    const { version } = require(join(root, "node_modules", wanted, "package.json")) as { version: string };
    found[wanted] = version;
  }
  return found;
}

function asked(software: boolean): Asked {
  const budget = Number(options.budget);
  if (!(budget > 0)) throw new RangeError(`--budget must be seconds above 0, not ${options.budget}`);
  return {
    contenders: chosen("contender", options.only, NAMES),
    named: options.only !== undefined,
    software,
    models: chosen("model", options.models, MODELS),
    workloads: chosen("workload", options.workloads, WORKLOAD_NAMES),
    full: options.full === undefined ? [] : chosen("contender", options.full, NAMES),
    budget,
  };
}

/** Returns the command that was typed, quoted for a shell. */
function command(): string {
  const words = process.argv.slice(2).map((word) => (word.includes(" ") ? `"${word}"` : word));
  return ["npm run bench", ...(words.length === 0 ? [] : ["--", ...words])].join(" ");
}

/** Runs all jobs; writes the tables after each, so that an interrupted run leaves its results. */
async function report(runner: Runner, all: Asked): Promise<Report> {
  const omitted = leftOut(all);
  const load = (): number => loadavg()[0] ?? Number.NaN;
  const before = load();
  const known = {
    date: new Date().toISOString().slice(0, 10),
    command: command(),
    cores: cpus().length,
    where: runner.where,
    limits: runner.limits,
    budget: all.budget,
    full: all.full,
    versions: versions(all.contenders),
  };
  let result: Report = { ...known, load: [before, before], measurements: [], skipped: omitted };
  for await (const found of compare(runner, jobs(all), log)) {
    result = { ...known, ...found, load: [before, load()], skipped: [...found.skipped, ...omitted] };
    if (options.out !== undefined) writeFileSync(options.out, markdown(result));
  }
  return result;
}

asked(true); // rejects mistyped names before anything is built
const runner = await (options.node ? openNode() : openBrowser(log));
const all = asked(runner.limits?.software !== false);
const result = await report(runner, all);
await runner.close();
console.log(options.json ? JSON.stringify(result) : markdown(result));
process.exit(0);
