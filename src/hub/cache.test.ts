import { describe, expect, test } from "vitest";
import { findStored, listStored, openStored, storedFiles } from "./cache.ts";
import { parseModelId } from "./hubId.ts";
import {
  COMMIT,
  faultyWeights,
  fetchModel,
  hub,
  NEEDED,
  never,
  storage,
  text,
  useTinyHub,
  WEIGHTS,
} from "./tiny/fixture.ts";

useTinyHub();

describe("free space", () => {
  test("is checked before a byte of the weights, in numbers", async () => {
    storage.free = 50_000;
    await expect(fetchModel()).rejects.toThrow("org/tiny needs 60 kB more, and 50 kB are free here");
    expect(hub.of("model.safetensors")).toEqual([]);
  });

  test("counts what is there already", async () => {
    faultyWeights({ cutAfter: 30_000 }, ...Array.from({ length: 9 }, () => ({ status: 403 })));
    await expect(fetchModel()).rejects.toThrow("403");
    const kept = (await listStored(storage)).models[0]!.keptBytes;
    storage.free = WEIGHTS.length - kept + 100;
    faultyWeights();
    await fetchModel();
  });
});

describe("the cache", () => {
  test("finds the model last fetched by an id, and by its commit", async () => {
    const folder = await fetchModel();
    expect(await findStored(storage, parseModelId("org/tiny"))).toMatchObject({ folder });
    expect(await findStored(storage, parseModelId(`org/tiny@${COMMIT}`))).toMatchObject({ folder });
    expect(await findStored(storage, parseModelId("org/tiny@other"))).toBeNull();
    expect(await findStored(storage, parseModelId("org/tiny:a.gguf"))).toBeNull();
  });

  test.each<[string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | null, RegExp]>([
    ["has lost a file", () => null, /model\.safetensors is missing/],
    ["has a file that was cut", (bytes) => bytes.slice(0, 7), /has 7 bytes, not 60000/],
    [
      "has a changed bit",
      (bytes) => bytes.map((byte, i) => (i === 59_999 ? byte ^ 1 : byte)),
      /the checksum of model\.safetensors has changed/,
    ],
  ])("removes a model that %s, and says so", async (_what, spoil, message) => {
    const folder = await fetchModel();
    const path = `${folder}/model.safetensors`;
    const spoilt = spoil(storage.files.get(path)!);
    if (spoilt === null) storage.files.delete(path);
    else storage.files.set(path, spoilt);
    const opening = openStored(storage, folder, never);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow("has been removed from the cache: download it again");
    expect(storage.files.size).toBe(0);
    await expect(openStored(storage, folder, never)).rejects.toThrow("no longer stored here");
  });

  test("shows a model's files as they are, whatever became of their bytes", async () => {
    const folder = await fetchModel();
    storage.files.set(`${folder}/model.safetensors`, Uint8Array.of(1));
    const files = await storedFiles(storage, folder);
    expect([...files.keys()].sort()).toEqual(NEEDED);
    expect(await files.get("config.json")!.read(0, 1)).toEqual(text("{"));
    await expect(storedFiles(storage, "org%2Fother")).rejects.toThrow("org/other is not stored");
  });

  test("removes what has no readable record", async () => {
    const folder = await fetchModel();
    storage.files.set(`${folder}/download.json`, new Uint8Array([0x7b]));
    expect(await listStored(storage)).toEqual({ models: [], removed: [`org/tiny@${COMMIT}`] });
    expect(storage.files.size).toBe(0);
  });
});
