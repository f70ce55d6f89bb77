import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { writeModelFolder } from "../formats/modelFolder.ts";
import { zip } from "../formats/zip.ts";
import { tinyFolder } from "../model/fixture.ts";
import { openModelFile } from "./openModelFile.ts";

describe("a model of the user's", () => {
  test("is read from a zip of its folder", async () => {
    const folder = tinyFolder();
    const opened = await openModelFile(new Blob([zip(writeModelFolder(folder))]));
    expect(opened.weights).toEqual(folder.weights);
  });

  test("is read from a GGUF file, whatever it is called", async () => {
    const bytes = readFileSync(new URL("../formats/fixtures/tiny-llama.gguf", import.meta.url));
    const { config } = await openModelFile(new Blob([bytes]));
    expect(config).toMatchObject({ model_type: "llama", vocab_size: 97 });
  });

  test("is refused in words when it is neither, or too large for a browser", async () => {
    await expect(openModelFile(new Blob(["PDF"]))).rejects.toThrow(/zip/);
    const huge = Object.defineProperty(new Blob(), "size", { value: 3e9 });
    await expect(openModelFile(huge)).rejects.toThrow("has 3.0 GB, and up to 2.1 GB are read");
  });
});
