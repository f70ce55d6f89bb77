import { expect, test } from "vitest";
import { configurationText, readConfiguration } from "./configurationFile.ts";
import { setupOf } from "../fixture.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

test("a configuration that was written is read back", () => {
  const prompt = { system: "Be brief.", suffix: "\nBox it." };
  const datasetOptions = { map: { answer: ["gold"], solution: [] }, split: "train", limit: 9 };
  const setup = { ...setupOf({ steps: 7, schedule: "cosine" }), datasetOptions };
  const text = configurationText({ ...setup, prompt, backend: "wasm" });
  expect(readConfiguration(text)).toEqual({
    model: "base-64",
    dataset: "word",
    datasetOptions,
    backend: "wasm",
    prompt,
    texts: { ...DEFAULT_SETTINGS.texts, steps: "7", schedule: "cosine" },
    unknown: [],
  });
});

test("settings that the file leaves out are the defaults, unknown ones are named", () => {
  const read = readConfiguration('{"config": {"steps": 7, "speed": 9}}');
  expect(read).toMatchObject({ model: null, dataset: null, backend: "auto", unknown: ["speed"] });
  expect(read?.datasetOptions).toEqual({});
  expect(read?.prompt).toEqual({ system: "", suffix: "" });
  expect(read?.texts).toEqual({ ...DEFAULT_SETTINGS.texts, steps: "7" });
});

test("the run.json of an exported model is a configuration too", () => {
  const run = { model: "small", dataset: "word", config: { steps: 7 }, backend: { backend: "wasm" } };
  expect(readConfiguration(JSON.stringify(run))).toMatchObject({ model: "small", backend: "auto" });
});

test.each(['[{"prompt": "1+1?"}]', '{"prompt": "1+1?"}\n{"prompt": "2+2?"}', "{", "", '{"config": 3}'])(
  "%j is not a configuration",
  (text) => {
    expect(readConfiguration(text)).toBeNull();
  },
);
