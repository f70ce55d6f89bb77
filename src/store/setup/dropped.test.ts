import { expect, test } from "vitest";
import { classifyDropped, type DroppedFile } from "./dropped.ts";

const drop = (...paths: string[]): DroppedFile[] =>
  paths.map((path) => ({ path, file: new File([path], path.split("/").at(-1)!) }));

test.each<[string, string[], string]>([
  ["a data set", ["questions.jsonl"], "questions.jsonl"],
  ["a folder with one file in it", ["mine/.DS_Store", "mine/questions.json"], "mine"],
  ["a configuration, which is told by its content", ["config.json"], "config.json"],
  ["a folder of shards", ["mine/train-0.parquet", "mine/train-1.parquet"], "mine"],
  ["an archive without weights", ["shards.zip"], "shards.zip"],
])("%s is a data set", async (_what, paths, name) => {
  expect(await classifyDropped(drop(...paths))).toMatchObject({ kind: "data", name });
});

test.each<[string, string[], string, string[]]>([
  ["a GGUF file", ["tiny.Q8_0.gguf"], "tiny.Q8_0", ["tiny.Q8_0.gguf"]],
  ["a zip with weights", ["model.safetensors.zip"], "model.safetensors", ["model.safetensors.zip"]],
  ["a folder with a GGUF file", ["mine/README.md", "mine/tiny.gguf"], "tiny", ["mine/tiny.gguf"]],
  [
    "a folder in several files",
    ["qwen/config.json", "qwen/model-00001-of-00002.safetensors"],
    "qwen",
    ["qwen/config.json", "qwen/model-00001-of-00002.safetensors"],
  ],
  [
    "a GGUF file in parts",
    ["a-00001-of-00002.gguf", "a-00002-of-00002.gguf"],
    "a",
    ["a-00001-of-00002.gguf", "a-00002-of-00002.gguf"],
  ],
  ["loose files", ["config.json", "a.safetensors"], "local files", ["config.json", "a.safetensors"]],
])("%s is a model", async (_what, paths, name, kept) => {
  const dropped = await classifyDropped(drop(...paths));
  expect(dropped).toMatchObject({ kind: "model", name });
  expect(dropped.kind === "model" && dropped.files.map(({ path }) => path)).toEqual(kept);
});

test.each<[string, string[], RegExp]>([
  ["an empty folder", [], /it contains no files/],
  ["weights alone", ["model.safetensors"], /config\.json is missing/],
  ["two models", ["zoo/a.gguf", "zoo/b.gguf"], /several GGUF files/],
])("%s is unclear, and the reason is told", async (_what, paths, problem) => {
  const dropped = await classifyDropped(drop(...paths));
  expect(dropped.kind === "unclear" && dropped.problem).toMatch(problem);
});
