/** A recipe bundle, which continues a run with another trainer: data, settings, reward, start script and README.md. */
import type { Recipe } from "../report/exportForms.ts";
import { authorsFiles } from "./authors.ts";
import type { BundleFiles, Continuation } from "./continuation.ts";
import { valueText, type Counterpart, type Counterparts } from "./counterparts.ts";
import { counterpartsIn } from "./losses.ts";
import { trlFiles } from "./trl.ts";
import { verlFiles } from "./verl.ts";

/** Texts that differ between recipes. */
interface RecipeText {
  readonly trainer: string;
  readonly install: string;
  readonly start: string;
  readonly notes: readonly string[];
}

interface RecipeParts {
  readonly text: RecipeText;
  /** Names of the static files, in `files/`. */
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
        "Groups vote across processes: responses are gathered before rewards are computed.",
        "There is no evaluation during training; evaluate `trained/` with `ttrl eval --model trained`.",
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
        "verl rewards responses one by one, so the agent loop in `majority_agent.py` holds each response until its group has voted.",
        "`train.parquet` has no answers; those in `test.parquet` are used by `grade_reward.py` for validation only.",
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
        "Voting and rewards are built in (`reward_model.reward_manager=ttrl`); it trains on the first responses of each group.",
        "The data source is named after one of its own data sets with the same answer format, since it knows no others.",
        "Its training data includes the ground truth, which it uses for metrics only; rewards come from the vote. If the run had no answers, they are empty, and its label accuracy, reward accuracy and pass@N are meaningless.",
      ],
    },
    fixed: ["run_ttrl.sh"],
    files: authorsFiles,
  },
};

/** Returns all files of a bundle except the run's model, which belongs in `model/`. `readFixed` reads a file of `files/`. */
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

/** Returns the command that continues the run, to be started in the bundle's folder. */
export function startCommand(recipe: Recipe): string {
  return PARTS[recipe].text.start;
}

/** Notes of every bundle. */
const NOTES = [
  "Answers are extracted and compared by the rules of the lab's `answers: paper`.",
  "Only the weights are carried over; AdamW's moments, the random state and the position in the epoch are not.",
];

/** Writes the README: how to start, notes, and the table of settings. */
export function bundleReadme(run: Continuation, list: Counterparts, text: RecipeText): string {
  const { dataset, questions, steps, stepsDone } = run;
  const rows = list.all().map((counterpart) => row(counterpart, list));
  return `# A run of TTRL Lab, continued with ${text.trainer}

Continues the model after ${stepsDone} steps on ${dataset} (${questions.length} questions) for another ${steps} steps.

    ${text.install}
    ${text.start}

${[...text.notes, ...NOTES].map((note) => `- ${note}`).join("\n")}

| setting | run | becomes | remark |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function row({ setting, becomes, note, isLost }: Counterpart, list: Counterparts): string {
  const names = [...becomes].map(([name, value]) => `\`${name}=${valueText(value)}\``).join(" ");
  const remark = isLost ? `**lost**: ${note}` : note;
  return `| ${setting} | ${list.config[setting]} | ${names === "" ? "–" : names} | ${remark} |`;
}
