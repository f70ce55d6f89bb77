/** A run -> a zip that continues it with another trainer: the recipe's files, and the trained model in `model/`. */
import type { Outgoing, Streamed } from "../../formats/streamed.ts";
import { zip } from "../../formats/zip/zipWriter.ts";
import { bundleFiles } from "../../recipe/bundle.ts";
import type { Continuation } from "../../recipe/continuation.ts";
import type { Recipe } from "../../report/exportForms.ts";
import type { RunReport } from "../../report/record.ts";
import { RECIPE_MODEL, runFolder, type ExportedModel } from "../../lab/exportRun.ts";

const FIXED_FILES = import.meta.glob<string>("../recipe/files/*", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The file, whose weights are taken from the backend one by one while it is written. */
export function exportRecipe(
  model: ExportedModel,
  report: RunReport,
  recipe: Recipe,
  run: Continuation,
): Streamed {
  const files = new Map<string, Outgoing>();
  for (const [path, content] of bundleFiles(recipe, run, readFixed))
    files.set(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  for (const [path, file] of runFolder(model, report, RECIPE_MODEL)) files.set(`model/${path}`, file);
  return zip(files);
}

function readFixed(name: string): string {
  const text = FIXED_FILES[`../recipe/files/${name}`];
  if (text === undefined) throw new Error(`${name} is not among the recipes' files`);
  return text;
}
