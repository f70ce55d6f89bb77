import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { allWeights } from "../formats/numbers/weightSource.ts";
import { writeModelFolder } from "../formats/huggingface/modelFolderFiles.ts";
import { wholeFile } from "../formats/streamed.ts";
import { zip } from "../formats/zip/zipWriter.ts";
import { tinyFolder } from "../model/fixture.ts";
import { openModelFiles } from "./openModel.ts";
import type { ModelPart } from "../worker/protocol.ts";

const part = (path: string, content: BlobPart): ModelPart => ({ path, blob: new Blob([content]) });

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
    await expect(openModelFiles([{ path: "a.zip", blob: huge }])).rejects.toThrow(
      "has 3.0 GB, and zips up to 2.1 GB are read",
    );
  });

  test("that is moved while it is in use is asked for again", async () => {
    const gone = Object.defineProperty(new Blob(["model"]), "slice", {
      value: () => ({ arrayBuffer: () => Promise.reject(new DOMException("gone", "NotReadableError")) }),
    });
    await expect(openModelFiles([{ path: "a.gguf", blob: gone }])).rejects.toThrow(
      "has been moved or changed since it was chosen: put it back",
    );
  });
});
