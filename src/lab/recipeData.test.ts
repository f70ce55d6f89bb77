/** The data sets of recipes, whose training files hold no ground truth but for the authors' code, as this lab reads them. */
import { expect, test } from "vitest";
import { readDataset } from "../data/dataset.ts";
import { authorsFiles } from "../recipe/authors.ts";
import type { Continuation } from "../recipe/continuation.ts";
import { trlFiles } from "../recipe/trl.ts";
import { verlFiles } from "../recipe/verl.ts";
import { configFrom } from "../rl/ttrlConfig.ts";

const options = ["A. 3", "B. 4", "C. 5"].join("\n");
const RUNS: readonly Pick<Continuation, "task" | "questions" | "answerKey">[] = [
  {
    task: "math",
    questions: [0, 1, 2].map((i) => ({ id: `q${i}`, prompt: `What is ${i} + 1?` })),
    answerKey: new Map([["q1", "2"]]),
  },
  {
    task: "gpqa",
    questions: [0, 1].map((i) => ({ id: `q${i}`, prompt: `What is ${i} + 3?\n${options}`, options: 3 })),
    answerKey: new Map([["q0", "A"], ["q1", "B"]]), // prettier-ignore
  },
];
const FILES = [
  { trainer: "TRL", files: trlFiles, name: "train.jsonl", hasTruth: false },
  { trainer: "verl", files: verlFiles, name: "train.parquet", hasTruth: false },
  { trainer: "the authors' code", files: authorsFiles, name: "train.parquet", hasTruth: true },
];

test.each(FILES)("the data set of the recipe for $trainer reads back", async ({ files, name, hasTruth }) => {
  for (const run of RUNS) {
    const config = configFrom({});
    const bundle = files({ dataset: "sums", steps: 5, stepsDone: 10, promptTokens: 20, config, ...run });
    const content = [...bundle].find(([path]) => path.endsWith(name))?.[1] ?? "";
    const blob = new Blob([typeof content === "string" ? content : new Uint8Array(content)]);
    const reading = await readDataset([{ path: name, blob }]);
    expect(reading.errors).toEqual([]);
    expect(reading.task).toBe(run.task);
    const truths = reading.questions.map(({ id }) => reading.answerKey.get(id) ?? null);
    expect(reading.questions.map(({ prompt }) => prompt)).toEqual(run.questions.map(({ prompt }) => prompt));
    expect(truths).toEqual(
      run.questions.map(({ id }) => (hasTruth ? (run.answerKey.get(id) ?? null) : null)),
    );
  }
});
