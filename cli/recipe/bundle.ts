/** Writes what continues a run on other machines: model, data, settings, reward and a start script in one folder. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readCheckpoint } from "../checkpoint.ts";
import { fitToModel, tellNotices } from "../datasetFile.ts";
import { writeFolder } from "../durable.ts";
import { InputError } from "../inputError.ts";
import { openModel, readModelFile } from "../modelFile.ts";
import { readRunFile, type RunFile } from "../runFile.ts";
import { readSourcesAgain } from "../sources.ts";
import { checkpointFolder } from "../train.ts";
import type { Continuation } from "./continuation.ts";
import type { Counterparts } from "./counterparts.ts";
import { bundleReadme, type RecipeText } from "./readme.ts";
import { trlCounterparts, trlFiles } from "./trl.ts";
import { verlCounterparts, verlFiles } from "./verl.ts";

/** The trainers there is a recipe for. */
export type Recipe = "trl" | "verl";

/** What was asked for. */
export interface RecipeRequest {
  readonly run: string;
  readonly out: string;
  /** Steps to go on for; the run's own number where absent. */
  readonly steps?: number;
}

interface RecipeParts {
  readonly text: RecipeText;
  /** Names of what is the same in every bundle, in `files/`. */
  readonly fixed: readonly string[];
  readonly files: (run: Continuation) => ReadonlyMap<string, string>;
  readonly counterparts: (run: Continuation) => Counterparts;
}

const RECIPES: Record<Recipe, RecipeParts> = {
  trl: {
    text: {
      trainer: "TRL's GRPOTrainer",
      install: "pip install trl sympy pylatexenc",
      start: "accelerate launch train_trl.py",
      notes: [
        "Groups vote across processes: responses are gathered before they are rewarded.",
        "Nothing is measured on the way; measure `trained/` with `ttrl eval --model trained`.",
      ],
    },
    fixed: ["paper_answers.py", "paper_spelling.py", "train_trl.py"],
    files: trlFiles,
    counterparts: trlCounterparts,
  },
  verl: {
    text: {
      trainer: "verl on Ray",
      install: "pip install verl vllm sympy pylatexenc",
      start: "GPUS=8 NODES=1 bash run_verl.sh",
      notes: [
        "verl rewards responses one by one, so `majority_agent.py`, an agent loop, holds each until its group has voted.",
        "`train.jsonl` holds no answers; those of `test.jsonl` serve validation, by `grade_reward.py`.",
        "`prepare_data.py` writes both as parquet at the first start.",
        "The authors' fork has no script here: it votes by itself on rows of these columns, but its settings have other names, it knows the data sources MATH-TTT, AIME-TTT, AMC-TTT and GPQA-TTT alone, and its metrics want true answers in the training rows.",
      ],
    },
    fixed: [
      ...["paper_answers.py", "paper_spelling.py", "majority_agent.py", "grade_reward.py", "prepare_data.py"],
      ...["agent_loops.yaml", "run_verl.sh"],
    ],
    files: verlFiles,
    counterparts: verlCounterparts,
  },
};

/** Writes the bundle; tells on standard error what of the run's settings is lost. */
export async function writeBundle(recipe: Recipe, request: RecipeRequest): Promise<void> {
  const { out } = request;
  if (existsSync(out)) throw new InputError(`${out}: there is something already; name another --out`);
  const model = join(request.run, "model");
  const run = continuationOf(readRunFile(request.run), model, request);
  const { text, fixed, files, counterparts } = RECIPES[recipe];
  const list = counterparts(run);
  for (const { setting, note } of list.lost()) {
    console.error(`${recipe} cannot keep ${setting} = ${run.config[setting]}: ${note}`);
  }
  mkdirSync(dirname(resolve(out)), { recursive: true });
  const bundle = new Map([
    ...files(run),
    ...fixed.map(
      (name) => [name, readFileSync(new URL(`./files/${name}`, import.meta.url), "utf8")] as const,
    ),
    ["README.md", bundleReadme(run, list, text)],
  ]);
  await writeFolder(out, bundle);
  await writeFolder(join(out, "model"), modelFiles(model));
  console.error(`${out}: written; start with: cd ${out} && ${text.start}`);
}

/** A finished run as what another trainer goes on from. */
function continuationOf(file: RunFile, folder: string, { run, steps }: RecipeRequest): Continuation {
  const { config } = file;
  if (!existsSync(folder)) {
    throw new InputError(`${run}: the run is not finished (there is no model/); ttrl run --resume ${run}`);
  }
  const model = openModel(readModelFile(folder));
  const dataset = fitToModel(readSourcesAgain(file).dataset, model, config.maxResponseTokens);
  tellNotices([dataset]);
  const { questions, answerKey, task } = dataset.study;
  const checkpoint = readCheckpoint(checkpointFolder(run)); // an early stop leaves fewer steps than planned
  return {
    ...{ dataset: dataset.name, task, questions, answerKey, config },
    steps: steps ?? config.steps,
    stepsDone: checkpoint?.progress.loop.step ?? config.steps,
    promptTokens: Math.max(...questions.map(({ prompt }) => model.tokenizer.encodePrompt(prompt).length)),
  };
}

function modelFiles(folder: string): Map<string, Uint8Array> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}
