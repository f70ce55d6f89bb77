import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bytesSource } from "../formats/byteSource.ts";
import { modelFolderFiles, SHARD_BYTES } from "../formats/huggingface/modelFolderFiles.ts";
import { readSafetensors } from "../formats/safetensors/safetensors.ts";
import { wholeFile } from "../formats/streamed.ts";
import { OPERATION_FIXTURES, tokenizerFile } from "../model/fixture.ts";
import { readLanguageModel } from "../model/language/languageModel.ts";
import { openPolicy } from "../model/openPolicy.ts";
import { trainedTexts, trainedWeights } from "../model/trainedFolder.ts";
import { openModel } from "./openModel.ts";

/** A tokenizer of two letters, within every embedding. */
const tokenizerJson = {
  ...tokenizerFile("tokenizer.json"),
  added_tokens: [],
  model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [] },
};

test.each(OPERATION_FIXTURES)(
  "%s is exported with the tensors and the configuration that it was opened with",
  async (name) => {
    const read = (file: string) =>
      readFileSync(new URL(`../model/fixtures/${name}/${file}`, import.meta.url));
    const json = (value: unknown) => bytesSource(Buffer.from(JSON.stringify(value)));
    const original = read("model.safetensors");
    const folder = await openModel(
      new Map([
        ["config.json", bytesSource(read("config.json"))],
        ["model.safetensors", bytesSource(original)],
        ["tokenizer.json", json(tokenizerJson)],
        ["tokenizer_config.json", json({})],
      ]),
    );
    const start = { weights: folder.weights, reference: null, optimizer: null };
    const { policy } = await openPolicy(readLanguageModel(folder.texts), start, "the test runs on cpu");
    const texts = trainedTexts(folder.texts, policy.model);
    const files = modelFolderFiles(texts, trainedWeights(policy), {
      packing: "F32",
      shardBytes: SHARD_BYTES,
    });
    const bytes = (file: string) => wholeFile(files.get(file)!);
    const written = readSafetensors(await bytes("model.safetensors")).tensors;
    expect(new Map([...written].sort())).toEqual(new Map([...readSafetensors(original).tensors].sort()));
    const config = JSON.parse(Buffer.from(await bytes("config.json")).toString()) as unknown;
    expect(config).toEqual(JSON.parse(read("config.json").toString()));
    await policy.dispose();
  },
);
