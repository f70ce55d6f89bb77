import { expect, it } from "vitest";
import { bytesSource } from "../byteSource.ts";
import { wholeFolder } from "../huggingface/modelFolder.ts";
import { editableGguf, ggufBytes } from "./fixture.ts";
import type { MetadataValue } from "./ggufHeaderBytes.ts";
import { openGgufModel } from "./ggufModel.ts";
import { splitPaths } from "./ggufSplit.ts";

const whole = await editableGguf("tiny-llama");

/** The file in parts as gguf-split writes them: only the first has the metadata of the model. */
function parts(count: number, tensors = whole.tensors.size): Uint8Array[] {
  const all = [...whole.tensors];
  return Array.from({ length: count }, (_, i) => {
    const split: [string, MetadataValue][] = [
      ["split.no", { uint32: i }],
      ["split.count", { uint32: count }],
      ["split.tensors.count", { uint32: tensors }],
    ];
    const metadata = new Map([...(i === 0 ? whole.metadata : []), ...split]);
    return ggufBytes({ metadata, tensors: new Map(all.filter((_, index) => index % count === i)) });
  });
}

const open = async (files: readonly Uint8Array[]) =>
  wholeFolder(await openGgufModel(...files.map((file) => bytesSource(file))));

it("a model in parts is the model, in whatever order they come", async () => {
  const expected = await open([ggufBytes(whole)]);
  expect(await open(parts(3))).toEqual(expected);
  expect(await open(parts(3).reverse())).toEqual(expected);
  expect(await open(parts(1))).toEqual(expected);
});

it("missing, doubled and foreign parts are named", async () => {
  const [first, second, third] = parts(3) as [Uint8Array, Uint8Array, Uint8Array];
  await expect(open([first])).rejects.toThrow(
    "of a model in 3 parts -00002-of-00003.gguf, -00003-of-00003.gguf are missing. Choose all parts",
  );
  await expect(open([third, second])).rejects.toThrow("-00001-of-00003.gguf are missing");
  await expect(open([first, second, third, second])).rejects.toThrow("given twice");
  await expect(open([first, ...parts(2)])).rejects.toThrow("parts of different models");
  await expect(open([ggufBytes(whole), ggufBytes(whole)])).rejects.toThrow("each a model of their own");
  await expect(open(parts(2, 99))).rejects.toThrow("split.tensors.count is 99");
});

it("a file without tensors says so", async () => {
  await expect(open([ggufBytes({ ...whole, tensors: new Map() })])).rejects.toThrow("it has no tensors");
});

it("all parts are found by the name of one", () => {
  expect(splitPaths("a/b-00002-of-00003.gguf")).toEqual(
    [1, 2, 3].map((part) => `a/b-0000${part}-of-00003.gguf`),
  );
  expect(splitPaths("a/b.gguf")).toEqual(["a/b.gguf"]);
});
