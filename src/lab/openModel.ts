/** Opens a model from its files: a Hugging Face folder, a zip of one, or a GGUF file. */
import { bytesSource, type ByteSource } from "../formats/byteSource.ts";
import { isGguf } from "../formats/gguf/gguf.ts";
import { openGgufModel } from "../formats/gguf/ggufModel.ts";
import { openModelFolder, type OpenedFolder } from "../formats/huggingface/modelFolder.ts";
import { unzip } from "../formats/zip/zip.ts";
import { fileSize } from "../math/bytes.ts";
import { LabError } from "./labError.ts";

/** Files by path; in a folder all paths may share a prefix. */
export type ModelFiles = ReadonlyMap<string, ByteSource>;

/** Largest zip in bytes: browsers read no more at once. */
const MAX_ZIP_BYTES = 2 ** 31 - 1;

/** Opens a model. Weights stay in their files until they are read, except that a zip is read into memory. */
export async function openModel(files: ModelFiles): Promise<OpenedFolder> {
  const [only, another] = files;
  if (only === undefined || another !== undefined) return openModelFolder(files);
  const [path, source] = only;
  if (path.toLowerCase().endsWith(".gguf") || (await isGguf(source))) return openGgufModel(source);
  return openModelFolder(await zipEntries(source));
}

async function zipEntries(source: ByteSource): Promise<ModelFiles> {
  if (source.size > MAX_ZIP_BYTES) {
    throw new LabError(
      `the model's file has ${fileSize(source.size)}, and zips up to 2.1 GB are read: unpack it and choose its folder`,
    );
  }
  const entries = unzip(await source.read(0, source.size));
  return new Map([...entries].map(([path, bytes]) => [path, bytesSource(bytes)]));
}
