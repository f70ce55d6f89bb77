import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tableOf } from "./estimate.ts";
import { markdownOf } from "./markdown.ts";
import type { ExperimentResult } from "./result.ts";

const FOLDER = new URL("../../docs/experiments/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, FOLDER), "utf8");
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));

test.each(NAMES)("the committed table of %s follows from its runs", (name) => {
  const result = JSON.parse(read(`${name}.json`)) as ExperimentResult; // committed file
  expect(tableOf(result.definition, result.cells)).toEqual(result.table);
  expect(read(`${name}.md`)).toBe(markdownOf(result));
});
