import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { experimentFiles } from "./shipExperiments.ts";

let folder: string;
const folders = () => ({ definitions: join(folder, "experiments"), results: join(folder, "results") });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "experiments-"));
  mkdirSync(folders().definitions);
  for (const name of ["votes", "main", "early"]) put(folders().definitions, name, { name });
});

afterEach(() => rmSync(folder, { recursive: true }));

function put(where: string, name: string, content: object): void {
  writeFileSync(join(where, `${name}.json`), JSON.stringify(content));
}

test("the list has every definition, the main one first, and says which have a result, each a file of its own", () => {
  mkdirSync(folders().results);
  put(folders().results, "main", { cells: [] });
  put(folders().results, "gone", { cells: [] }); // of an experiment that is no longer there
  writeFileSync(join(folders().results, "main.svg"), "<svg/>");
  const files = experimentFiles(folders());
  expect([...files.keys()]).toEqual(["experiments/index.json", "experiments/main.json"]);
  expect(JSON.parse(files.get("experiments/index.json")!)).toEqual([
    { experiment: { name: "main" }, hasResult: true },
    { experiment: { name: "early" }, hasResult: false },
    { experiment: { name: "votes" }, hasResult: false },
  ]);
  expect(files.get("experiments/main.json")).toBe('{"cells":[]}');
});

test("before any result is committed, the list alone is shipped", () => {
  expect([...experimentFiles(folders()).keys()]).toEqual(["experiments/index.json"]);
});
