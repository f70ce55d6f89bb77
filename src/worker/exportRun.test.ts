import { beforeAll, describe, expect, test } from "vitest";
import { readModelFolder } from "../formats/modelFolder.ts";
import { unzip } from "../formats/zip.ts";
import { useImplementation } from "../kernels/testBackend.ts";
import { tinyFolder } from "../model/fixture.ts";
import { LanguageModel } from "../model/languageModel.ts";
import { DEFAULT_CONFIG } from "../rl/config.ts";
import type { Evaluation, StepMetrics, StepTiming } from "../rl/metrics.ts";
import { exportRun, type RunRecord } from "./exportRun.ts";

const step: StepMetrics & StepTiming = {
  step: 1,
  labelAccuracy: null,
  rewardAccuracy: null,
  groundTruthRatio: null,
  passAtN: null,
  majorityRatio: 0.5,
  reward: 0.5,
  unansweredShare: 0.1,
  truncatedShare: 0,
  entropy: 1 / 3,
  responseLength: 12,
  unanimousShare: 0,
  kl: null,
  clipFraction: 0,
  gradientNorm: 0.25,
  loss: -1e-7,
  logprobGap: 2e-6,
  learningRate: 1e-4,
  sampledTokens: 100,
  trainedTokens: 50,
  sampleSeconds: 1,
  trainSeconds: 2,
  sampleTokensPerSecond: 100,
  trainTokensPerSecond: 25,
};

const evaluation: Evaluation = {
  step: 0,
  samples: 64,
  temperature: 0.6,
  topP: 0.95,
  passAt1: 0.3216,
  majAtN: 0.56,
  passAtN: 0.9,
  rewardAccuracy: 0.8,
  majorityRatio: 0.4,
  unansweredShare: 0,
  truncatedShare: 0,
  entropy: 0.3,
  responseLength: 20,
  sampledTokens: 1000,
  questions: [{ id: "q", level: null, passAt1: 1, majority: 1, majorityRatio: 1 }],
};

const record: RunRecord = {
  model: "tiny",
  dataset: "Word problems",
  config: DEFAULT_CONFIG,
  backend: { backend: "cpu", device: "plain JavaScript", reason: "chosen by you" },
  steps: [step, { ...step, step: 2, gradientNorm: null }],
  evaluations: [evaluation, { ...evaluation, step: 2, passAt1: null, majAtN: null }],
};

describe("an exported run", async () => {
  await useImplementation("stock operations on cpu");
  const folder = tinyFolder(1);
  const model = new LanguageModel({ ...folder, weights: tinyFolder(2).weights }); // as if trained
  let files: ReadonlyMap<string, Uint8Array>;
  beforeAll(async () => {
    files = unzip(await exportRun(folder, model, record));
  });
  const text = (name: string): string => new TextDecoder().decode(files.get(name));

  test("is a model folder with the trained weights, bit for bit, and the same tokenizer", () => {
    const read = readModelFolder(files);
    expect(new Map([...read.weights].map(([name, { data }]) => [name, data]))).toEqual(
      new Map([...tinyFolder(2).weights].map(([name, { data }]) => [name, data])),
    );
    expect(read.tokenizerJson).toEqual(folder.tokenizerJson);
    expect(read.tokenizerConfig).toEqual(folder.tokenizerConfig);
    expect(new LanguageModel(read).config).toEqual(model.config);
  });

  test("holds every step in metrics.csv, a column a metric, unknown ones empty", () => {
    const [header, ...rows] = text("metrics.csv").trimEnd().split("\r\n");
    expect(header?.split(",")).toEqual(Object.keys(step));
    expect(rows).toHaveLength(2);
    const cells = (row: string) =>
      Object.fromEntries(header!.split(",").map((name, i) => [name, row.split(",")[i]]));
    expect(cells(rows[0]!)).toMatchObject({
      step: "1",
      labelAccuracy: "",
      majorityRatio: "0.5",
      loss: "-1e-7",
    });
    expect(Number(cells(rows[0]!)["entropy"])).toBe(1 / 3); // every digit
    expect(cells(rows[1]!)).toMatchObject({ step: "2", gradientNorm: "" });
  });

  test("holds steps and evaluations in metrics.json and the set-up in run.json", () => {
    const { steps, evaluations, ...setUp } = record;
    expect(JSON.parse(text("metrics.json"))).toEqual({ steps, evaluations });
    expect(JSON.parse(text("run.json"))).toEqual(setUp);
  });

  test("says in its model card what was done and what came of it, unknown figures by name", () => {
    const card = text("README.md");
    expect(card).toContain("# tiny, after test-time reinforcement learning");
    expect(card).toContain(
      'on the questions of "Word problems" by TTRL (arXiv 2504.16084): 2 steps of 16 questions',
    );
    expect(card).toContain("| 0 | 64 | 32.2% | 56.0% | 40.0% |");
    expect(card).toContain("| 2 | 64 | unknown | unknown | 40.0% |");
  });
});
