import { beforeAll, describe, expect, test } from "vitest";
import { readModelFolder } from "../formats/modelFolder.ts";
import { unzip } from "../formats/zip.ts";
import { useImplementation } from "../kernels/testBackend.ts";
import { tinyFolder } from "../model/fixture.ts";
import { readLanguageModel } from "../model/languageModel.ts";
import { openPolicy } from "../model/openPolicy.ts";
import { describedRun, evaluationOf, stepOf } from "../report/fixture.ts";
import { metricsCsv } from "../report/metrics.ts";
import { modelCard } from "../report/modelCard.ts";
import type { RunReport } from "../report/record.ts";
import { exportRun } from "./exportRun.ts";

const report: RunReport = {
  run: describedRun(),
  steps: [stepOf(1, { labelAccuracy: null }), stepOf(2, { gradientNorm: null })],
  evaluations: [evaluationOf(0), evaluationOf(2, { passAt1: null, majAtN: null, questions: [] })],
};

describe("an exported run", async () => {
  await useImplementation("stock operations on cpu");
  const folder = tinyFolder(1);
  const model = readLanguageModel(folder);
  const { weights } = tinyFolder(2); // as if trained
  const { policy } = await openPolicy(model, { weights, reference: null, optimizer: null }, "a test");
  let files: ReadonlyMap<string, Uint8Array>;
  beforeAll(async () => {
    files = unzip(await exportRun(folder, policy, report));
  });
  const text = (name: string): string => new TextDecoder().decode(files.get(name));

  test("is a model folder with the trained weights, bit for bit, and the same tokenizer", () => {
    const read = readModelFolder(files);
    expect(new Map([...read.weights].map(([name, { data }]) => [name, data]))).toEqual(
      new Map([...tinyFolder(2).weights].map(([name, { data }]) => [name, data])),
    );
    expect(read.tokenizerJson).toEqual(folder.tokenizerJson);
    expect(read.tokenizerConfig).toEqual(folder.tokenizerConfig);
    expect(readLanguageModel(read).config).toEqual(model.config);
  });

  test("says where a response ends, as the folder it came from left to the configuration", () => {
    expect(folder.generationConfig).toBeUndefined();
    expect(JSON.parse(text("generation_config.json"))).toEqual({ eos_token_id: [2] });
  });

  test("holds every step in metrics.csv, every step and evaluation in metrics.json, the set-up in run.json", () => {
    expect(text("metrics.csv")).toBe(metricsCsv(report));
    expect(JSON.parse(text("metrics.json"))).toEqual(report);
    expect(JSON.parse(text("run.json"))).toEqual(report.run);
  });

  test("says in its model card what was done and what came of it", () => {
    expect(text("README.md")).toBe(modelCard(report));
  });
});
