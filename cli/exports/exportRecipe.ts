/** A finished run -> a folder that continues it with another trainer. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promptLengths } from "../../src/model/language/fitQuestions.ts";
import { bundleFiles, startCommand } from "../../src/recipe/bundle.ts";
import { continuationOf, recipeRefusal, type Continuation } from "../../src/recipe/continuation.ts";
import { lossesIn } from "../../src/recipe/losses.ts";
import type { Recipe } from "../../src/report/exportForms.ts";
import { readCheckpoint } from "../runs/checkpoint.ts";
import { fitToModel, printNotices } from "../files/datasetFile.ts";
import { writeFolder } from "../files/durable.ts";
import { InputError } from "../inputError.ts";
import { languageModelOf, openModelFile } from "../models/modelFile.ts";
import { readRunFile } from "../runs/runFile.ts";
import { readDatasetAgain } from "../runs/sources.ts";
import { checkpointFolder } from "../runs/train.ts";

/** A requested recipe. */
export interface RecipeRequest {
  readonly recipe: Recipe;
  readonly run: string;
  readonly out: string;
  /** Steps to go on for; the run's own number where absent. */
  readonly steps?: number;
  /** Cache folder for data sets of a Hub. */
  readonly cache?: string;
}

/** Writes the bundle; tells on standard error what of the run's settings is lost. */
export async function exportRecipe(request: RecipeRequest): Promise<void> {
  const { recipe, out } = request;
  if (existsSync(out)) throw new InputError(`--out ${out}: it is there already; name a new one`);
  const model = join(request.run, "model");
  const run = await readContinuation(model, request);
  for (const loss of lossesIn(recipe, run)) console.error(`${recipe} cannot keep ${loss}`);
  mkdirSync(dirname(resolve(out)), { recursive: true });
  const trained = [...modelFiles(model)].map(([name, bytes]) => [join("model", name), bytes] as const);
  await writeFolder(out, new Map([...bundleFiles(recipe, run, readFixed), ...trained]));
  console.error(`${out}: written; start with: cd ${out} && ${startCommand(recipe)}`);
}

/** A finished run as another trainer continues it. */
async function readContinuation(folder: string, { run, steps, cache }: RecipeRequest): Promise<Continuation> {
  const file = readRunFile(run);
  const { config, prompt } = file;
  if (!existsSync(folder)) {
    throw new InputError(`${run}: the run is not finished (there is no model/); ttrl run --resume ${run}`);
  }
  const refusal = recipeRefusal(prompt);
  if (refusal !== null) throw new InputError(`${run}: ${refusal}`);
  const model = languageModelOf(await openModelFile(folder), prompt);
  const dataset = fitToModel(await readDatasetAgain(file, cache), model, config.maxResponseTokens);
  printNotices([dataset]);
  const checkpoint = readCheckpoint(checkpointFolder(run)); // an early stop leaves fewer steps than planned
  return continuationOf(dataset.study, prompt, {
    dataset: dataset.name,
    config,
    steps: steps ?? config.steps,
    stepsDone: checkpoint?.progress.loop.step ?? config.steps,
    promptTokens: Math.max(...promptLengths(model, dataset.study.questions)),
  });
}

function modelFiles(folder: string): Map<string, Uint8Array> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

const FIXED_FILES = new URL("../../src/recipe/files/", import.meta.url);

function readFixed(name: string): string {
  return readFileSync(new URL(name, FIXED_FILES), "utf8");
}
