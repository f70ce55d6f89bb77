/** Opens a model that the user gave: a GGUF file, or a zip of a Hugging Face folder, such as a run's export. */
import { isGguf } from "../formats/gguf.ts";
import { readGgufModel } from "../formats/ggufModel.ts";
import { readModelFolder, type ModelFolder } from "../formats/modelFolder.ts";
import { unzip } from "../formats/zip.ts";

/** Browsers do not hand over more in one piece. */
const MOST_BYTES = 2 ** 31 - 1;

/** Reads the whole file; what is wrong with it is thrown in words. */
export async function openModelFile(file: Blob): Promise<ModelFolder> {
  if (file.size > MOST_BYTES) {
    const gigabytes = (file.size / 1e9).toFixed(1);
    throw new Error(
      `the model's file has ${gigabytes} GB, and up to 2.1 GB are read: choose a smaller model`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  return isGguf(bytes) ? readGgufModel(bytes) : readModelFolder(unzip(bytes));
}
