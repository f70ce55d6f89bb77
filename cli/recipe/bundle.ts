/** Writes what continues a run on other machines: model, data, settings, reward and a start script in one folder. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readCheckpoint } from "../checkpoint.ts";
import { fitToModel, tellNotices } from "../datasetFile.ts";
import { writeFolder } from "../durable.ts";
import { InputError } from "../inputError.ts";
import { openModel, readModelFile } from "../modelFile.ts";
import { readRunFile, type RunFile } from "../runFile.ts";
import { readDatasetAgain } from "../sources.ts";
import { checkpointFolder } from "../train.ts";
import { authorsCounterparts, authorsFiles } from "./authors.ts";
import type { BundleFiles, Continuation } from "./continuation.ts";
import type { Counterparts } from "./counterparts.ts";
import { bundleReadme, type RecipeText } from "./readme.ts";
import { trlCounterparts, trlFiles } from "./trl.ts";
import { verlCounterparts, verlFiles } from "./verl.ts";

/** The trainers there is a recipe for. */
export type Recipe = "trl" | "verl" | "ttrl";

/** What was asked for. */
export interface RecipeRequest {
  readonly recipe: Recipe;
  readonly run: string;
  readonly out: string;
  /** Steps to go on for; the run's own number where absent. */
  readonly steps?: number;
}

interface RecipeParts {
  readonly text: RecipeText;
  /** Names of what is the same in every bundle, in `files/`. */
  readonly fixed: readonly string[];
  readonly files: (run: Continuation) => BundleFiles;
  readonly counterparts: (run: Continuation) => Counterparts;
}

const RECIPES: Record<Recipe, RecipeParts> = {
  trl: {
    text: {
      trainer: "TRL's GRPOTrainer",
      install: "pip install trl peft sympy pylatexenc",
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
        "`train.parquet` holds no answers; those of `test.parquet` serve validation, by `grade_reward.py`.",
      ],
    },
    fixed: [
      ...["paper_answers.py", "paper_spelling.py", "majority_agent.py", "grade_reward.py"],
      ...["agent_loops.yaml", "run_verl.sh"],
    ],
    files: verlFiles,
    counterparts: verlCounterparts,
  },
  ttrl: {
    text: {
      trainer: "the authors' verl (PRIME-RL/TTRL)",
      install:
        "git clone https://github.com/PRIME-RL/TTRL && git -C TTRL checkout 3e2cc93 && pip install -r TTRL/verl/requirements.txt",
      start: "TTRL=$PWD/TTRL GPUS=8 NODES=1 bash run_ttrl.sh",
      notes: [
        "It votes and rewards by itself (`reward_model.reward_manager=ttrl`), on the first responses of each group it trains.",
        "The questions stand under the one name of its own data sets whose answers are read alike: it knows no others.",
        "Its code holds the true answers beside the questions it trains on, to measure its votes, and rewards by the vote alone. Where the run had none, they are empty, and its label accuracy, reward accuracy and pass@N say nothing.",
      ],
    },
    fixed: ["run_ttrl.sh"],
    files: authorsFiles,
    counterparts: authorsCounterparts,
  },
};

/** Writes the bundle; tells on standard error what of the run's settings is lost. */
export async function writeBundle(request: RecipeRequest): Promise<void> {
  const { recipe, out } = request;
  if (existsSync(out)) throw new InputError(`--out ${out}: it is there already; name a new one`);
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
  const { config, prompt } = file;
  if (!existsSync(folder)) {
    throw new InputError(`${run}: the run is not finished (there is no model/); ttrl run --resume ${run}`);
  }
  if (prompt.system !== "")
    throw new InputError(
      `${run}: it has a system prompt, for which a recipe has no place; run it with --suffix instead`,
    );
  const model = openModel(readModelFile(folder), prompt);
  const dataset = fitToModel(readDatasetAgain(file), model, config.maxResponseTokens);
  tellNotices([dataset]);
  const { questions, answerKey, task } = dataset.study;
  const checkpoint = readCheckpoint(checkpointFolder(run)); // an early stop leaves fewer steps than planned
  return {
    ...{ dataset: dataset.name, task, answerKey, config },
    questions: questions.map((question) => ({ ...question, prompt: question.prompt + prompt.suffix })),
    steps: steps ?? config.steps,
    stepsDone: checkpoint?.progress.loop.step ?? config.steps,
    promptTokens: Math.max(...questions.map(({ prompt }) => model.tokenizer.encodePrompt(prompt).length)),
  };
}

function modelFiles(folder: string): Map<string, Uint8Array> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}
