/** Opens a model that the user gave: the files of a Hugging Face folder, a zip of it, or a GGUF file. */
import { blobSource } from "../formats/byteSource.ts";
import { isGguf } from "../formats/gguf.ts";
import { readGgufModel } from "../formats/ggufModel.ts";
import { openModelFolder, readModelFolder, type ModelFolder } from "../formats/modelFolder.ts";
import { allWeights } from "../formats/weightSource.ts";
import { unzip } from "../formats/zip.ts";
import { fileSize } from "../math/bytes.ts";
import type { ModelPart } from "./protocol.ts";

/** Browsers do not hand over more in one piece. */
const MOST_BYTES = 2 ** 31 - 1;

/** Reads the weights of a folder tensor by tensor, a file of another kind whole; what is wrong is thrown in words. */
export async function openModelFiles(files: readonly ModelPart[]): Promise<ModelFolder> {
  const [first, second] = files;
  if (first !== undefined && second === undefined) return openSingle(first.blob);
  const sources = files.map(({ path, blob }) => [path, blobSource(blob)] as const);
  const { texts, weights } = await openModelFolder(new Map(sources));
  return { ...texts, weights: await allWeights(weights) };
}

async function openSingle(file: Blob): Promise<ModelFolder> {
  if (file.size > MOST_BYTES) {
    throw new Error(
      `the model's file has ${fileSize(file.size)}, and up to 2.1 GB are read: choose a smaller model`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  return isGguf(bytes) ? readGgufModel(bytes) : readModelFolder(unzip(bytes));
}
