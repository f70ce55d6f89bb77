import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LanguageModel } from "../../src/model/language/languageModel.ts";
import { fitToModel, readDatasetFile, withoutLabels } from "./datasetFile.ts";
import { createWorkspace } from "../fixture.ts";
import { languageModelOf, openModelFile } from "../models/modelFile.ts";

const { folder, remove } = createWorkspace();
afterAll(remove);
let model: LanguageModel;
beforeAll(async () => {
  model = languageModelOf(await openModelFile(join(folder, "model"))); // 128 positions
});

function dataset(rows: readonly unknown[]) {
  const path = join(folder, "some.json");
  writeFileSync(path, JSON.stringify(rows));
  return readDatasetFile(path);
}

test("bad rows are named and the good ones stay", async () => {
  const { study, notices } = await dataset([{ prompt: "1 + 1 =", answer: "2" }, { answer: "3" }, 5]);
  expect(study.questions.map(({ prompt }) => prompt)).toEqual(["1 + 1 ="]);
  expect(notices).toEqual([
    expect.stringMatching(/^row 2 was left out: /),
    expect.stringMatching(/^row 3 was left out: /),
  ]);
});

test("a long list of bad rows is cut short", async () => {
  const { notices } = await dataset([
    { prompt: "1 + 1 =", answer: "2" },
    ...Array.from({ length: 9 }, () => ({})),
  ]);
  expect(notices).toHaveLength(6);
  expect(notices.at(-1)).toBe("4 more rows were left out");
});

test("a question that leaves no tokens for a response is left out by name", async () => {
  const long = { id: "long", prompt: "7 ".repeat(60), answer: "7" }; // 60 digits, each a token of its own
  const read = await dataset([{ id: "short", prompt: "1 + 1 =", answer: "2" }, long]);
  const { study, notices } = fitToModel(read, model, 80);
  expect(study.questions.map(({ id }) => id)).toEqual(["short"]);
  expect(notices).toEqual([
    "questions left out for exceeding the model's 128 positions less 80 for the response: long (1 of 2)",
  ]);
  expect(() => fitToModel(read, model, 128)).toThrow(/no question fits; .* lower --max-response-tokens/);
});

test("without labels the questions stay and the answers go", async () => {
  const read = await dataset([{ id: "a", prompt: "1 + 1 =", answer: "2" }]);
  const { study } = withoutLabels(read);
  expect(study.answerKey.size).toBe(0);
  expect(study.questions).toEqual(read.study.questions);
});
