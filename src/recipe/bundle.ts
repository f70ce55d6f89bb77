/** What continues a run on other machines beside its model: data, settings, reward, a start script and README.md. */
import type { Recipe } from "../report/exportForms.ts";
import { authorsFiles } from "./authors.ts";
import type { BundleFiles, Continuation } from "./continuation.ts";
import { counterpartsIn } from "./losses.ts";
import { bundleReadme, type RecipeText } from "./readme.ts";
import { trlFiles } from "./trl.ts";
import { verlFiles } from "./verl.ts";

interface RecipeParts {
  readonly text: RecipeText;
  /** Names of what is the same in every bundle, in `files/`. */
  readonly fixed: readonly string[];
  readonly files: (run: Continuation) => BundleFiles;
}

const PARTS: Readonly<Record<Recipe, RecipeParts>> = {
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
  },
};

/** The files, to stand beside the run's model in `model/`; `readFixed` gives the text of a file of `files/`. */
export function bundleFiles(
  recipe: Recipe,
  run: Continuation,
  readFixed: (name: string) => string,
): BundleFiles {
  const { text, fixed, files } = PARTS[recipe];
  return new Map<string, string | Uint8Array>([
    ...files(run),
    ...fixed.map((name) => [name, readFixed(name)] as const),
    ["README.md", bundleReadme(run, counterpartsIn(recipe, run), text)],
  ]);
}

/** The command that goes on with the run, in the folder of the bundle. */
export function startCommand(recipe: Recipe): string {
  return PARTS[recipe].text.start;
}
