import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/rl/ttrlConfig.ts";
import { kebab } from "../commands/options.ts";
import { parseNumber, readSettings } from "./settings.ts";

const folder = mkdtempSync(join(tmpdir(), "ttrl-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test("nothing given is the default configuration", () => {
  expect(readSettings({})).toEqual(DEFAULT_CONFIG);
});

test("an option of its own name wins over --set, which wins over the file", () => {
  const config = file("a.json", '{"steps": 1, "seed": 1, "learningRate": 0.001}');
  const settings = readSettings({ config, set: ["seed=2", "steps=2"], steps: "3", out: "x" });
  expect(settings).toEqual({ ...DEFAULT_CONFIG, steps: 3, seed: 2, learningRate: 0.001 });
});

test("everything wins over a preset", () => {
  const { answers, votesPerQuestion, questionsPerStep } = readSettings({
    preset: "paper",
    set: ["votesPerQuestion=32"],
    questionsPerStep: "4",
  });
  expect([answers, votesPerQuestion, questionsPerStep]).toEqual(["paper", 32, 4]);
});

test("the run.json of another run serves as a file of settings", () => {
  const config = file("run.json", '{"model": "m", "config": {"steps": 7}}');
  expect(readSettings({ config }).steps).toBe(7);
});

describe("a wrong value is told with where it came from", () => {
  test.each([
    [{ learningRate: "5" }, /^command line: learningRate must be within/],
    [{ steps: "2.5" }, /^command line: steps must be a whole number; got 2.5/],
    [{ steps: "many" }, /^command line: steps must be a number; got "many"/],
    [{ set: ["schedule=step"] }, /^--set: schedule must be one of constant, cosine/],
    [{ set: ["stepz=5"] }, /^--set: unknown setting "stepz"/],
    [{ set: ["steps"] }, /^--set steps: no value/],
    [{ rolloutsPerQuestion: "32", votesPerQuestion: "16" }, /must not exceed votesPerQuestion \(16\)/],
    [{ set: ["rolloutsPerQuestion=100"] }, /must not exceed votesPerQuestion \(64\)/],
    [{ config: file("list.json", "[1]") }, /list.json: expected record/],
    [{ config: file("bad.json", "{") }, /bad.json: not JSON/],
    [{ config: file("text.json", '{"steps": "5"}') }, /text.json: steps must be a number; got "5"/],
    [{ config: join(folder, "none.json") }, /none.json: there is no such file/],
  ])("%j", (sources, message) => {
    expect(() => readSettings(sources)).toThrow(message);
  });
});

test.each([
  ["3e-5", 3e-5],
  ["-1", -1],
  [".5", 0.5],
  ["0x10", "0x10"],
  ["", ""],
  ["Infinity", "Infinity"],
  ["1_000", "1_000"],
])("%j is read as %j", (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test("names of settings become options", () => {
  expect(kebab("evaluationTopP")).toBe("evaluation-top-p");
});
