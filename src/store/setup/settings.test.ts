import { describe, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../rl/ttrlConfig.ts";
import { PAPER_PRESET } from "../../rl/paperPreset.ts";
import { hashOf, settingsOf } from "./link.ts";
import {
  configOf,
  DEFAULT_SETTINGS,
  isChanged,
  problemsByField,
  withPaperPreset,
  type Settings,
} from "./settings.ts";

const texts = (changes: Partial<Settings["texts"]>): Settings["texts"] => ({
  ...DEFAULT_SETTINGS.texts,
  ...changes,
});

describe("settings", () => {
  test("the untouched form is the demo's configuration", () => {
    expect(configOf(DEFAULT_SETTINGS.texts)).toEqual(DEFAULT_CONFIG);
    expect(problemsByField(DEFAULT_SETTINGS.texts).size).toBe(0);
  });

  test("the paper's settings leave alone what they do not say", () => {
    const changed = withPaperPreset(texts({ steps: "20", schedule: "constant" }));
    expect(configOf(changed)).toEqual({ ...DEFAULT_CONFIG, ...PAPER_PRESET, steps: 20 });
  });

  test("numbers may be written in any way a number can be", () => {
    const changed = texts({ learningRate: "5e-5", steps: " 20 " });
    expect(configOf(changed)).toEqual({ ...DEFAULT_CONFIG, learningRate: 5e-5, steps: 20 });
    expect(isChanged("learningRate", "1e-4")).toBe(false);
    expect(isChanged("learningRate", "5e-5")).toBe(true);
  });

  test("a problem belongs to its field and speaks of labels", () => {
    const changed = texts({ steps: "", temperature: "9", rolloutsPerQuestion: "65" });
    const problems = problemsByField(changed);
    expect([...problems.keys()]).toEqual(["steps", "temperature", "rolloutsPerQuestion"]);
    expect(problems.get("steps")).toBe('Steps must be a number; got "".');
    expect(problems.get("rolloutsPerQuestion")).toBe(
      "Rollouts per question (65) must not exceed Votes per question (64).",
    );
    expect(configOf(changed)).toBeNull();
  });
});

describe("the link", () => {
  test("is empty for the demo and holds only what was changed", () => {
    expect(hashOf(DEFAULT_SETTINGS)).toBe("");
    const changed: Settings = { ...DEFAULT_SETTINGS, backend: "wasm", texts: texts({ steps: "20" }) };
    expect(hashOf(changed)).toBe("#backend=wasm&steps=20");
  });

  test("gives the same settings back", () => {
    const changed: Settings = {
      model: "base & co",
      dataset: "word.json",
      datasetOptions: {
        map: { prompt: ["question, in words"], answer: ["target", "gold"], solution: [] },
        split: "train",
        limit: 50,
        offset: 0,
        shuffleSeed: 3,
      },
      backend: "cpu",
      prompt: { system: "Be brief.", suffix: "\nBox it." },
      texts: texts({ schedule: "cosine", learningRate: "5e-5" }),
    };
    expect(settingsOf(hashOf(changed))).toEqual(changed);
  });

  test("holds how a data set is read", () => {
    const datasetOptions = { split: "train", map: { answer: ["expected_answer"], solution: [] } };
    const hash = "#split=train&map.answer=expected_answer&map.solution=";
    expect(hashOf({ ...DEFAULT_SETTINGS, datasetOptions })).toBe(hash);
    expect(settingsOf("#limit=0&offset=-1&shuffleSeed=many&map.colour=red").datasetOptions).toEqual({});
  });

  test("a value out of bounds stays visible as a problem, an unknown backend is the automatic one", () => {
    const settings = settingsOf("#steps=0&backend=abacus");
    expect(settings.backend).toBe("auto");
    expect([...problemsByField(settings.texts).keys()]).toEqual(["steps"]);
  });
});
