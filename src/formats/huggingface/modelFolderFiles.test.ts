import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readModelFolder, type ModelFolder } from "./modelFolder.ts";
import { modelFolderFiles, writeModelFolder, type FolderOptions } from "./modelFolderFiles.ts";
import type { JsonObject } from "../jsonObject.ts";
import { readSafetensors } from "../safetensors/safetensors.ts";
import { bytesOf, wholeFile } from "../streamed.ts";
import { weightsInMemory } from "../numbers/weightSource.ts";
import { unzip } from "../zip/zip.ts";
import { zip } from "../zip/zipWriter.ts";

const { tensors } = readSafetensors(
  readFileSync(new URL("../../model/fixtures/tiny-qwen2/model.safetensors", import.meta.url)),
);

const folder: ModelFolder = {
  config: { model_type: "qwen2", torch_dtype: "float32" },
  weights: tensors,
  tokenizerJson: { model: { type: "BPE" } },
  tokenizerConfig: { bos_token: "<s>" },
  generationConfig: { temperature: 0.6, top_p: 0.95 },
  card: "# A model that learned without labels\n",
};

const outgoing = (options: Partial<FolderOptions> = {}, written = folder) =>
  modelFolderFiles(written, weightsInMemory(written.weights), {
    packing: "F32",
    shardBytes: Infinity,
    ...options,
  });

async function whole(options: Partial<FolderOptions> = {}): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [path, file] of outgoing(options)) files.set(path, await wholeFile(file));
  return files;
}

describe("a folder that is written", () => {
  it("reads back equal, at once or piece by piece, through an archive too", async () => {
    expect(await readModelFolder(writeModelFolder(folder))).toEqual(folder);
    expect(await whole()).toEqual(writeModelFolder(folder));
    expect(await readModelFolder(unzip(await wholeFile(zip(outgoing()))))).toEqual(folder);
  });

  it("takes two bytes a weight in half precision, and says so", async () => {
    const files = await whole({ packing: "BF16" });
    expect((await readModelFolder(files)).config).toEqual({ model_type: "qwen2", torch_dtype: "bfloat16" });
    const data = [...tensors.values()].reduce((total, { data: { byteLength } }) => total + byteLength, 0);
    const [wide, narrow] = ["F32", "BF16"].map((packing) =>
      outgoing({ packing: packing as "F32" }).get("model.safetensors")!,
    );
    expect(bytesOf(narrow!)).toBeLessThan(bytesOf(wide!) - data / 2 + 100);
    expect(files.get("model.safetensors")).toHaveLength(bytesOf(narrow!));
  });

  it("says that the weights are float32, whatever they were", async () => {
    for (const key of ["dtype", "torch_dtype"]) {
      const config: JsonObject = { model_type: "llama", [key]: "bfloat16" };
      const { config: written } = await readModelFolder(writeModelFolder({ ...folder, config }));
      expect(written).toEqual({ model_type: "llama", [key]: "float32" });
    }
  });

  it("has the file names that transformers looks for, and the extra ones", async () => {
    const extras = new Map([
      ["run.json", "{}"],
      ["metrics.csv", "step\r\n"],
    ]);
    const files = await whole({ extras });
    expect([...files.keys()].sort()).toEqual([
      "README.md",
      "config.json",
      "generation_config.json",
      "metrics.csv",
      "model.safetensors",
      "run.json",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    expect(new TextDecoder().decode(files.get("metrics.csv"))).toBe("step\r\n");
  });

  it("does not let an extra file replace one of the model's", () => {
    for (const path of ["config.json", "model.safetensors"]) {
      expect(() => outgoing({ extras: new Map([[path, ""]]) })).toThrow(
        `${path} is a file of the model itself`,
      );
    }
  });
});

describe("large weights", () => {
  const three = {
    ...folder,
    weights: new Map(["a", "b", "c"].map((name, i) => [name, { shape: [2], data: Float32Array.of(i, -i) }])),
  };
  const names = (shardBytes: number) => [...outgoing({ shardBytes }, three).keys()].slice(0, -5);

  it("are put into as many files as it takes, named as transformers names them", () => {
    // Three tensors of 8 bytes.
    expect(names(24)).toEqual(["model.safetensors"]);
    expect(names(23)).toEqual([
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
      "model.safetensors.index.json",
    ]);
    expect(names(15)).toHaveLength(4);
    expect(names(1)).toHaveLength(4); // no tensor is cut
  });

  it("are described by the index that transformers reads", async () => {
    const index = outgoing({ shardBytes: 16 }, three).get("model.safetensors.index.json")!;
    expect(JSON.parse(new TextDecoder().decode(await wholeFile(index)))).toEqual({
      metadata: { total_size: 24 },
      weight_map: {
        a: "model-00001-of-00002.safetensors",
        b: "model-00001-of-00002.safetensors",
        c: "model-00002-of-00002.safetensors",
      },
    });
  });

  it("read back equal", async () => {
    const files = await whole({ shardBytes: 4000 });
    expect([...files.keys()].filter((path) => path.endsWith(".safetensors")).length).toBeGreaterThan(2);
    expect(await readModelFolder(files)).toEqual(folder);
  });
});
