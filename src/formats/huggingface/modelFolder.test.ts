import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ByteSource } from "../byteSource.ts";
import { bytesSource } from "../byteSource.ts";
import {
  ModelFolderError,
  openModelFolder,
  readModelFolder,
  weightFiles,
  wholeFolder,
} from "./modelFolder.ts";
import { SafetensorsError, writeSafetensors } from "../safetensors/safetensors.ts";

const encoder = new TextEncoder();

function fixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../model/fixtures/tiny-qwen2/${name}`, import.meta.url));
}

/** The smallest folder that opens: the tiny Qwen2 with a stand-in for its tokenizer. */
function smallest(): Map<string, Uint8Array> {
  return new Map([
    ["config.json", fixture("config.json")],
    ["model.safetensors", fixture("model.safetensors")],
    ["tokenizer.json", encoder.encode('{"model":{"type":"BPE"}}')],
    ["tokenizer_config.json", encoder.encode("{}")],
  ]);
}

/** The files with one replaced, or removed if no content is given. */
function withFile(path: string, content?: string | Uint8Array): Map<string, Uint8Array> {
  const files = smallest();
  files.delete(path);
  if (content !== undefined) files.set(path, typeof content === "string" ? encoder.encode(content) : content);
  return files;
}

describe("reading", () => {
  it("reads the files PyTorch's transformers wrote", async () => {
    const folder = await readModelFolder(smallest());
    expect(folder.config).toMatchObject({ model_type: "qwen2", hidden_size: 24, vocab_size: 101 });
    expect(folder.weights.get("lm_head.weight")?.shape).toEqual([101, 24]);
    expect(folder.weights.size).toBe(27);
    expect(folder.tokenizerJson).toEqual({ model: { type: "BPE" } });
    expect(folder).not.toHaveProperty("generationConfig");
    expect(folder).not.toHaveProperty("card");
  });

  it("finds the model in a folder of any name, and leaves other files alone", async () => {
    const files = new Map([...smallest()].map(([path, bytes]) => [`my model/${path}`, bytes]));
    files.set("my model/onnx/config.json", encoder.encode("not this one"));
    files.set("my model/README.md", encoder.encode("# Card"));
    expect(await readModelFolder(files)).toEqual({ ...(await readModelFolder(smallest())), card: "# Card" });
  });

  it("takes the chat template from its own file, as transformers does", async () => {
    const files = withFile("tokenizer_config.json", '{"bos_token":"<s>","chat_template":"old"}');
    expect((await readModelFolder(files)).tokenizerConfig).toEqual({
      bos_token: "<s>",
      chat_template: "old",
    });
    files.set("chat_template.jinja", encoder.encode("{{ messages }}"));
    expect((await readModelFolder(files)).tokenizerConfig).toEqual({
      bos_token: "<s>",
      chat_template: "{{ messages }}",
    });
  });

  it("keeps a member called __proto__ from reaching other objects", async () => {
    const { config } = await readModelFolder(withFile("config.json", '{"__proto__":{"polluted":true}}'));
    expect(config).not.toHaveProperty("polluted");
    expect({}).not.toHaveProperty("polluted");
  });

  it.each(["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])(
    "says so when %s is missing",
    async (path) => {
      const read = (): unknown => readModelFolder(withFile(path));
      await expect(read()).rejects.toThrow(ModelFolderError);
      await expect(read()).rejects.toThrow(`has no ${path} (it has `);
    },
  );

  it.each<[string, Map<string, Uint8Array>, RegExp]>([
    ["an empty folder", new Map(), /has no config\.json \(it has nothing\)\. A model folder needs/],
    [
      "two models",
      new Map(
        [...smallest()].flatMap(([path, bytes]) => [
          [`a/${path}`, bytes],
          [`b/${path}`, bytes],
        ]),
      ),
      /two models, in "a\/" and "b\/"/,
    ],
    ["broken JSON", withFile("config.json", "{"), /config\.json is not valid JSON \(.+\)\. Export/],
    ["JSON of another kind", withFile("tokenizer.json", "[]"), /tokenizer\.json must be a JSON object/],
    ["null", withFile("tokenizer.json", "null"), /tokenizer\.json must be a JSON object/],
    ["binary text", withFile("config.json", Uint8Array.of(0xff)), /config\.json is not UTF-8/],
  ])("explains what is wrong with %s", async (_what, files, message) => {
    await expect(readModelFolder(files)).rejects.toThrow(ModelFolderError);
    await expect(readModelFolder(files)).rejects.toThrow(message);
  });

  it("says what to do about weights in a pickle", async () => {
    const files = withFile("model.safetensors").set("pytorch_model.bin", encoder.encode("{}"));
    await expect(readModelFolder(files)).rejects.toThrow(/PyTorch pickle/);
  });

  it("passes on what is wrong with the weights", async () => {
    await expect(readModelFolder(withFile("model.safetensors", "{}"))).rejects.toThrow(SafetensorsError);
  });
});

/** The same files, not in memory; `reads` notes the longest piece that was asked of each. */
function sourcesOf(
  files: ReadonlyMap<string, Uint8Array>,
  reads = new Map<string, number>(),
): Map<string, ByteSource> {
  return new Map(
    [...files].map(([name, bytes]) => {
      const source = bytesSource(bytes);
      const read: ByteSource["read"] = (begin, end) => {
        reads.set(name, Math.max(reads.get(name) ?? 0, end - begin));
        return source.read(begin, end);
      };
      return [name, { ...source, read }];
    }),
  );
}

describe("opening files that are not in memory", () => {
  it("finds the same, weights tensor by tensor", async () => {
    const reads = new Map<string, number>();
    const files = withFile("generation_config.json", "{}").set("README.md", encoder.encode("# Card"));
    files.set("notes.bin", new Uint8Array(9));
    expect(await wholeFolder(await openModelFolder(sourcesOf(files, reads)))).toEqual(
      await readModelFolder(files),
    );
    const tensors = [...(await readModelFolder(files)).weights.values()].map(({ data }) => data.byteLength);
    const header = fixture("model.safetensors").length - tensors.reduce((sum, bytes) => sum + bytes);
    expect(reads.get("model.safetensors")).toBe(Math.max(header, ...tensors));
    expect(reads.has("notes.bin")).toBe(false);
  });

  it("explains what is missing or wrong alike", async () => {
    const missing = openModelFolder(sourcesOf(withFile("model.safetensors")));
    await expect(missing).rejects.toThrow(/has no model\.safetensors \(it has config\.json/);
    const cut = withFile("model.safetensors", fixture("model.safetensors").subarray(0, -4));
    await expect(openModelFolder(sourcesOf(cut))).rejects.toThrow(SafetensorsError);
    const empty = withFile("model.safetensors", new Uint8Array(3));
    await expect(openModelFolder(sourcesOf(empty))).rejects.toThrow("it has 3 bytes");
    const opened = await openModelFolder(sourcesOf(smallest()));
    await expect(opened.weights.read("model.layers.9.bias")).rejects.toThrow(
      "there is no tensor model.layers.9",
    );
  });
});

const { weights } = await readModelFolder(smallest());

describe("weights in several files", () => {
  const INDEX = "model.safetensors.index.json";
  const names = [...weights.keys()];
  const fileOf = (name: string): string =>
    names.indexOf(name) < 9 ? "model-00001-of-00002.safetensors" : "model-00002-of-00002.safetensors";

  /** The tiny Qwen2 in two files, as `save_pretrained` lays them out; `changes` are made to the index. */
  function sharded(changes: Record<string, unknown> = {}): Map<string, Uint8Array> {
    const files = withFile("model.safetensors");
    const weight_map = { ...Object.fromEntries(names.map((name) => [name, fileOf(name)])), ...changes };
    files.set(INDEX, encoder.encode(JSON.stringify({ metadata: { total_size: 1 }, weight_map })));
    for (const file of new Set(names.map(fileOf))) {
      const part = new Map([...weights].filter(([name]) => fileOf(name) === file));
      files.set(file, writeSafetensors(part));
    }
    return files;
  }

  it("are read as if they were in one", async () => {
    expect((await readModelFolder(sharded())).weights).toEqual(weights);
  });

  it("are opened as if they were in one", async () => {
    expect((await wholeFolder(await openModelFolder(sourcesOf(sharded())))).weights).toEqual(weights);
    const astray = openModelFolder(sourcesOf(sharded({ "model.norm.weight": fileOf(names[0]!) })));
    await expect(astray).rejects.toThrow(SafetensorsError);
    expect(weightFiles([...sharded().keys()], (name) => sharded().get(name)!)).toEqual([
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
    ]);
  });

  it("give way to a single file, as in transformers", async () => {
    const files = new Map([...smallest(), [INDEX, encoder.encode("none")]]);
    expect((await readModelFolder(files)).weights).toEqual(weights);
    expect(weightFiles([...files.keys()], (name) => files.get(name)!)).toEqual(["model.safetensors"]);
  });

  it.each<[string, Map<string, Uint8Array>, RegExp]>([
    [
      "a file that is missing",
      new Map([...sharded()].slice(0, -1)),
      /no model-00002.* listed in .*: add the file/,
    ],
    [
      "shards without an index",
      new Map([...sharded()].filter(([name]) => name !== INDEX)),
      /no model\.safetensors .* Its weights are shards, which need model\.safetensors\.index\.json/,
    ],
    ["an empty index", sharded().set(INDEX, encoder.encode('{"weight_map":{}}')), /its weight_map is empty/],
    [
      "an adapter in the model's folder",
      sharded().set("adapter_config.json", encoder.encode("{}")),
      /also holds an adapter/,
    ],
    ["an index without a map", sharded().set(INDEX, encoder.encode("{}")), /it has no weight_map/],
    [
      "a place outside the folder",
      sharded({ x: "../model.safetensors" }),
      /maps x to "..\/model.safetensors"/,
    ],
    ["an unlisted tensor", sharded({ [names[0]!]: undefined }), /-00001-.* contains .* does not list/],
    [
      "a tensor in another file",
      sharded({ [names[0]!]: fileOf(names.at(-1)!) }),
      /contains .* maps to .*-00002-/,
    ],
    ["a missing tensor", sharded({ x: fileOf(names[0]!) }), /-00001-.* does not contain x/],
  ])("are rejected with %s", async (_what, files, message) => {
    await expect(readModelFolder(files)).rejects.toThrow(message);
  });
});
