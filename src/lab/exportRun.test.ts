import { beforeAll, describe, expect, test } from "vitest";
import { bytesSource } from "../formats/byteSource.ts";
import { openGgufModel } from "../formats/gguf/ggufModel.ts";
import { folderInMemory, readModelFolder, wholeFolder } from "../formats/huggingface/modelFolder.ts";
import { weightsInMemory } from "../formats/numbers/weightSource.ts";
import { readPeftAdapter } from "../formats/huggingface/peftAdapter.ts";
import { wholeFile } from "../formats/streamed.ts";
import { unzip } from "../formats/zip/zip.ts";
import { useImplementation } from "../ops/testBackend.ts";
import { adapterCount, initialAdapter } from "../model/weights/adapter.ts";
import { mergedWeights, tinyFolder } from "../model/fixture.ts";
import { readLanguageModel } from "../model/language/languageModel.ts";
import { openPolicy } from "../model/openPolicy.ts";
import { ADAPTER_FORM } from "../report/exportForms.ts";
import { describedRun, evaluationOf, stepOf } from "../report/fixture.ts";
import { metricsCsv } from "../report/metrics.ts";
import { modelCard } from "../report/modelCard.ts";
import type { RunReport } from "../report/record.ts";
import { exportOffers, exportRun } from "./exportRun.ts";

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
  const { policy } = await openPolicy(
    model,
    { weights: weightsInMemory(weights), reference: null, optimizer: null },
    "a test",
  );
  const exported = { name: "tiny", folder, policy };
  let files: ReadonlyMap<string, Uint8Array>;
  beforeAll(async () => {
    files = unzip(await wholeFile(await exportRun(exported, report, { format: "folder", packing: "F32" })));
  });
  const text = (name: string): string => new TextDecoder().decode(files.get(name));

  test("is a model folder with the trained weights, bit for bit, and the same tokenizer", async () => {
    const read = await readModelFolder(files);
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

  test("takes half the space in half precision, and says so", async () => {
    const half = unzip(
      await wholeFile(await exportRun(exported, report, { format: "folder", packing: "BF16" })),
    );
    expect((await readModelFolder(half)).config["torch_dtype"]).toBe("bfloat16");
    const [wide, narrow] = [files, half].map((all) => all.get("model.safetensors")!.length);
    expect(narrow).toBeLessThan(0.6 * wide!);
  });

  test("is offered in forms whose size is told before, and about right", async () => {
    for (const { form, bytes } of exportOffers(exported)) {
      if (form.format === "recipe") continue; // tested by itself
      const { length } = await wholeFile(await exportRun(exported, report, form));
      // A tiny model's tokenizer, which is compressed, is large compared with its weights.
      expect(Math.abs(length - bytes!), JSON.stringify(form)).toBeLessThan(
        form.format === "gguf" ? 1 : 20_000,
      );
    }
  });

  test("is the same model as a GGUF file, every bit of it in float32", async () => {
    const file = await wholeFile(await exportRun(exported, report, { format: "gguf", packing: "F32" }));
    const { weights: read } = await wholeFolder(await openGgufModel(bytesSource(file)));
    for (const [name, { data }] of read) expect(data, name).toEqual(weights.get(name)?.data);
    expect(read.size).toBe(weights.size);
  });

  test("is offered with a recipe for each trainer, but where the questions have a system prompt", () => {
    const recipesOf = (system: string) =>
      exportOffers(exported, { system, suffix: "!" }).filter(({ form }) => form.format === "recipe");
    expect(recipesOf("").map(({ bytes }) => bytes !== null)).toEqual([true, true, true]);
    for (const { bytes, notes } of recipesOf("Think.")) {
      expect(bytes).toBeNull();
      expect(notes).toEqual([expect.stringMatching(/cannot include the run's system prompt/)]);
    }
  });

  test("is not offered as GGUF where llama.cpp cannot read its tokenizer, and says why", () => {
    const tokenizerJson = { ...folder.tokenizerJson, pre_tokenizer: { type: "Whitespace" } };
    const offers = exportOffers({ ...exported, folder: { ...folder, tokenizerJson } });
    const gguf = offers.filter(({ form }) => form.format === "gguf");
    expect(gguf.map(({ bytes }) => bytes)).toEqual([null, null, null]);
    expect(gguf[0]?.notes[0]).toMatch(/no known equivalent of the model.s pre-tokenizer/);
    expect(offers[0]?.bytes).toBeGreaterThan(0);
  });
});

test("the export of a run with an adapter opens as the merged model, and holds the adapter by itself", async () => {
  await useImplementation("stock operations on cpu");
  const folder = tinyFolder(1);
  const model = readLanguageModel(folder);
  const settings = { rank: 2, alpha: 4, dropout: 0, targets: ["q_proj", "v_proj"] } as const;
  const adapter = initialAdapter(model.config, settings, 1);
  for (const { data } of adapter.tensors.values()) data.fill(0.1); // as if trained
  const start = { weights: folderInMemory(folder).weights, adapter, reference: null, optimizer: null };
  const { policy } = await openPolicy(model, start, "a test");
  const exported = { name: "tiny", folder, policy };
  const form = { format: "folder", packing: "F32" } as const;
  const files = unzip(await wholeFile(await exportRun(exported, report, form)));
  const inFolder = [...files].filter(([path]) => path.startsWith("adapter/"));
  const peft = readPeftAdapter(
    new Map(inFolder.map(([path, bytes]) => [path.slice("adapter/".length), bytes])),
  );
  expect(peft).toMatchObject({ rank: 2, alpha: 4, targets: ["q_proj", "v_proj"], base: "tiny" });
  expect(new Map([...peft.tensors].sort())).toEqual(new Map([...adapter.tensors].sort()));
  expect(exportOffers(exported).at(-1)).toMatchObject({
    form: ADAPTER_FORM,
    bytes: 4 * adapterCount(model.config, settings),
  });
  const alone = unzip(await wholeFile(await exportRun(exported, report, ADAPTER_FORM)));
  expect(alone).toEqual(new Map(inFolder.map(([path, bytes]) => [path.slice("adapter/".length), bytes])));
  const { weights } = await readModelFolder(files);
  expect(new Map([...weights].sort())).toEqual(new Map([...mergedWeights(folder.weights, adapter)].sort()));
});
