import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { allWeights } from "../formats/numbers/weightSource.ts";
import { writeModelFolder } from "../formats/huggingface/modelFolderFiles.ts";
import { wholeFile } from "../formats/streamed.ts";
import { zip } from "../formats/zip/zipWriter.ts";
import { openStored } from "../hub/cache.ts";
import { download } from "../hub/download.ts";
import { FakeHub, impatient, MemoryStorage } from "../hub/fixture.ts";
import { parseModelId } from "../hub/hubId.ts";
import { planDownload } from "../hub/plan.ts";
import { tinyFolder } from "../model/fixture.ts";
import { blobSource, type ByteSource } from "../formats/byteSource.ts";
import type { JsonObject } from "../formats/jsonObject.ts";
import type { OpenedFolder } from "../formats/huggingface/modelFolder.ts";
import type { Tensor } from "../math/tensor.ts";
import { readLanguageModel } from "../model/language/languageModel.ts";
import { openModel } from "./openModel.ts";

type Part = readonly [path: string, source: ByteSource];

const part = (path: string, content: BlobPart): Part => [path, blobSource(new Blob([content]))];

const openModelFiles = (parts: readonly Part[]) => openModel(new Map(parts));

describe("a model of the user's", () => {
  const folder = tinyFolder();
  const files = [...writeModelFolder(folder)];

  test("is read from the files of its folder", async () => {
    const parts = files.map(([name, bytes]) => part(`my model/${name}`, bytes as Uint8Array<ArrayBuffer>));
    const opened = await openModelFiles([part("my model/.gitattributes", "*"), ...parts]);
    expect(await allWeights(opened.weights)).toEqual(folder.weights);
    expect(opened.texts.tokenizerJson).toEqual(folder.tokenizerJson);
  });

  test("is read from a zip of its folder", async () => {
    const opened = await openModelFiles([part("model.zip", await wholeFile(zip(new Map(files))))]);
    expect(await allWeights(opened.weights)).toEqual(folder.weights);
  });

  test("is read from a GGUF file, whatever it is called", async () => {
    const bytes = readFileSync(new URL("../formats/fixtures/tiny-llama.gguf", import.meta.url));
    const { texts } = await openModelFiles([part("model.bin", new Uint8Array(bytes))]);
    expect(texts.config).toMatchObject({ model_type: "llama", vocab_size: 97 });
  });

  test("is refused in words when it is neither, or a zip too large for a browser", async () => {
    await expect(openModelFiles([part("a.pdf", "PDF")])).rejects.toThrow(/zip/);
    const huge = Object.defineProperty(new Blob(), "size", { value: 3e9 });
    await expect(openModelFiles([["a.zip", blobSource(huge)]])).rejects.toThrow(
      "has 3.0 GB, and zips up to 2.1 GB are read",
    );
  });

  test("that is moved while it is in use is asked for again", async () => {
    const gone = Object.defineProperty(new Blob(["model"]), "slice", {
      value: () => ({ arrayBuffer: () => Promise.reject(new DOMException("gone", "NotReadableError")) }),
    });
    await expect(openModelFiles([["a.gguf", blobSource(gone)]])).rejects.toThrow(
      "has been moved or changed since it was selected: restore it or select it again",
    );
  });
});

/** Opens a tiny folder with parts of its texts and weights replaced. */
function openChanged({ config = {}, weights = [], tokenizerJson = {} }: Changes): Promise<OpenedFolder> {
  const folder = tinyFolder();
  const changed = {
    ...folder,
    config: { ...folder.config, ...config },
    tokenizerJson: { ...folder.tokenizerJson, ...tokenizerJson },
    weights: new Map([...folder.weights, ...weights]),
  };
  const files = [...writeModelFolder(changed)];
  return openModelFiles(files.map(([name, bytes]) => part(name, bytes as Uint8Array<ArrayBuffer>)));
}

interface Changes {
  readonly config?: JsonObject;
  readonly tokenizerJson?: JsonObject;
  readonly weights?: readonly [string, Tensor][];
}

describe("what a folder says", () => {
  const head: Tensor = { shape: [464, 16], data: new Float32Array(464 * 16).fill(0.01) };

  test("of an own head despite tied embeddings counts, is noted once and is exported", async () => {
    const { texts, weights } = await openChanged({ weights: [["lm_head.weight", head]] });
    expect(texts.config).toMatchObject({ tie_word_embeddings: false });
    const model = readLanguageModel(texts);
    expect(model.config.tied).toBe(false);
    expect(model.notes.filter((note) => note.includes("lm_head.weight differs"))).toHaveLength(1);
    expect(await weights.read("lm_head.weight")).toEqual(head.data);
  });

  test("about the architecture is read before tensors and tokens", async () => {
    const opened = openChanged({ config: { model_type: "gpt2" }, weights: [["wte.weight", head]] });
    await expect(opened).rejects.toThrow('model_type "gpt2"');
  });

  test("of tokens without an embedding is refused", async () => {
    const added_tokens = [{ id: 464, content: "<more>", special: true }];
    await expect(openChanged({ tokenizerJson: { added_tokens } })).rejects.toThrow(
      '"<more>" with id 464, but the embedding has 464 rows',
    );
  });
});

const storage = new MemoryStorage();
const { signal } = new AbortController();
let hub: FakeHub | null = null;
afterEach(() => hub?.stop());

async function fetchModel(id: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  hub = await new FakeHub({ name: "org/tiny", commit: "0".repeat(40), files }).start();
  const plan = await planDownload(impatient(hub), storage, parseModelId(id), signal);
  return download(impatient(hub), storage, plan, { signal, onProgress: () => undefined });
}

test("a fetched folder opens with the weights it was written with", async () => {
  const folder = tinyFolder();
  const stored = await fetchModel("org/tiny", writeModelFolder(folder));
  const seen: number[] = [];
  const opened = await openModel(await openStored(storage, stored, signal, (done) => seen.push(done)));
  expect(await allWeights(opened.weights)).toEqual(folder.weights);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test("a fetched GGUF file opens", async () => {
  const bytes = readFileSync(new URL("../formats/fixtures/tiny-llama.gguf", import.meta.url));
  const stored = await fetchModel("org/tiny:tiny.gguf", new Map([["tiny.gguf", bytes]]));
  const { texts } = await openModel(await openStored(storage, stored, signal));
  expect(texts.config).toMatchObject({ model_type: "llama", vocab_size: 97 });
});
