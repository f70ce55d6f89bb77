/** Vite plugin that ships the experiments with the page: all definitions in one list, and each committed result. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Plugin } from "vite";

/** Folders of definitions and committed results; either may be missing. */
interface ExperimentFolders {
  readonly definitions: string;
  readonly results: string;
}

/** Order of the page's list: the paper's claims, then failures; the rest follow by name. */
const ORDER: readonly string[] = [
  "main",
  "line",
  "dynamics",
  "levels",
  "ood",
  "algorithms",
  "leakage",
  "controls",
  "failures",
  "long",
];

/**
 * Returns the files by path: `experiments/index.json` lists all definitions and whether each has a committed result;
 * `experiments/<name>.json` is that result, which the page loads on demand.
 */
export function experimentFiles({ definitions, results }: ExperimentFolders): ReadonlyMap<string, string> {
  const names = jsonNames(definitions);
  const measured = jsonNames(results).filter((name) => names.includes(name));
  const list = names.map((name) => ({
    experiment: JSON.parse(read(definitions, name)) as unknown,
    hasResult: measured.includes(name),
  }));
  return new Map([
    ["experiments/index.json", JSON.stringify(list)],
    ...measured.map((name) => [`experiments/${name}.json`, read(results, name)] as const),
  ]);
}

function jsonNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => basename(file, ".json"))
    .sort((a, b) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1));
}

function placeOf(name: string): number {
  return ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length;
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, `${name}.json`), "utf8");
}

/** Writes the files into the build, and serves them in development. */
export function shipExperiments(folders: ExperimentFolders): Plugin {
  return {
    name: "ship-experiments",
    generateBundle() {
      for (const [fileName, source] of experimentFiles(folders))
        this.emitFile({ type: "asset", fileName, source });
    },
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
        const text = path.startsWith("experiments/") ? experimentFiles(folders).get(path) : undefined;
        if (text === undefined) next();
        else response.setHeader("Content-Type", "application/json; charset=utf-8").end(text);
      });
    },
  };
}
