/**
 * Writes the embedded data sets, public/datasets/*.json, in the schema of the paper's files, and their list, index.json.
 * Run: npx tsx tools/pretraining/buildDatasets.ts
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LEVELS } from "../../src/tasks/family.ts";
import { testSets, type TestSet } from "../../src/tasks/testSets.ts";

function datasetRows({ name, questions }: TestSet) {
  return LEVELS.flatMap((level) =>
    questions
      .filter((question) => question.level === level)
      .map(({ prompt, answer }, i) => ({
        prompt,
        answer,
        source: `ttrl-lab/${name}`,
        id: `${name}-${level}-${i}`,
        level,
      })),
  );
}

/** Returns the text of every file by name; deterministic. */
export function datasetFiles(): Map<string, string> {
  const write = (content: object): string => `${JSON.stringify(content, null, 2)}\n`;
  const index = testSets().map(({ name, title, description, task, questions }) => ({
    file: `${name}.json`,
    title,
    description,
    task,
    questions: questions.length,
  }));
  const files = testSets().map((set): [string, string] => [`${set.name}.json`, write(datasetRows(set))]);
  return new Map([...files, ["index.json", write(index)]]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = new URL("../../public/datasets/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of datasetFiles()) {
    writeFileSync(new URL(name, folder), text);
    console.log(`public/datasets/${name}: ${text.length} characters`);
  }
}
