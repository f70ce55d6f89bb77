import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { allWeights } from "../formats/numbers/weightSource.ts";
import { writeModelFolder } from "../formats/huggingface/modelFolderFiles.ts";
import { download } from "../hub/download.ts";
import { FakeHub, impatient, MemoryStorage } from "../hub/fixture.ts";
import { parseModelId } from "../hub/modelId.ts";
import { planDownload } from "../hub/plan.ts";
import { tinyFolder } from "../model/fixture.ts";
import { openStoredModel } from "./storedModel.ts";

const storage = new MemoryStorage();
const { signal } = new AbortController();
let hub: FakeHub;
afterEach(() => hub.stop());

async function fetchModel(id: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
  hub = await new FakeHub({ name: "org/tiny", commit: "0".repeat(40), files }).start();
  const plan = await planDownload(impatient(hub), storage, parseModelId(id), signal);
  return download(impatient(hub), storage, plan, { signal, onProgress: () => undefined });
}

test("a fetched folder opens with the weights it was written with", async () => {
  const folder = tinyFolder();
  const stored = await fetchModel("org/tiny", writeModelFolder(folder));
  const seen: number[] = [];
  const opened = await openStoredModel(storage, stored, signal, (done) => seen.push(done));
  expect(await allWeights(opened.weights)).toEqual(folder.weights);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test("a fetched GGUF file opens", async () => {
  const bytes = readFileSync(new URL("../formats/fixtures/tiny-llama.gguf", import.meta.url));
  const stored = await fetchModel("org/tiny:tiny.gguf", new Map([["tiny.gguf", bytes]]));
  const { texts } = await openStoredModel(storage, stored, signal, () => undefined);
  expect(texts.config).toMatchObject({ model_type: "llama", vocab_size: 97 });
});
