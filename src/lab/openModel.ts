/** Opens a model from its files: a Hugging Face folder, a zip of one, a GGUF file, or all parts of a split one. */
import { bytesSource, type ByteSource } from "../formats/byteSource.ts";
import { isGguf } from "../formats/gguf/gguf.ts";
import { openGgufModel } from "../formats/gguf/ggufModel.ts";
import { openModelFolder, type FolderTexts, type OpenedFolder } from "../formats/huggingface/modelFolder.ts";
import { unzip } from "../formats/zip/zip.ts";
import { fileSize } from "../math/bytes.ts";
import { readModelConfig } from "../model/language/config.ts";
import { checkTokenizer } from "../model/language/tokenIds.ts";
import { decoderWeights } from "../model/weights/decoderWeights.ts";
import { LabError } from "./labError.ts";

/** Files by path; in a folder all paths may share a prefix. */
export type ModelFiles = ReadonlyMap<string, ByteSource>;

/** Largest zip in bytes: browsers read no more at once. */
const MAX_ZIP_BYTES = 2 ** 31 - 1;

/**
 * Opens a model. Weights stay in their files until they are read, except that a zip is read into memory. Rejects, naming the
 * field, tensor or token, if the model is unsupported, or if its configuration, tensors and tokenizer do not fit together.
 */
export async function openModel(files: ModelFiles): Promise<OpenedFolder> {
  return withOwnParameters(await openFiles(files));
}

async function openFiles(files: ModelFiles): Promise<OpenedFolder> {
  const [only, another] = files;
  const isFolder = [...files.keys()].some((path) => path === "config.json" || path.endsWith("/config.json"));
  const ggufs = [...files].filter(([path]) => path.toLowerCase().endsWith(".gguf"));
  if (ggufs.length > 0 && !isFolder) return openGguf(ggufs.map(([, source]) => source));
  if (only === undefined || another !== undefined) return openModelFolder(files, checkTexts);
  const [, source] = only;
  if (await isGguf(source)) return openGguf([source]);
  return openModelFolder(await zipEntries(source), checkTexts);
}

async function openGguf(sources: readonly ByteSource[]): Promise<OpenedFolder> {
  const opened = await openGgufModel(...sources);
  checkTexts(opened.texts);
  return opened;
}

/** Checks the texts before the weights, so that an unsupported architecture is named rather than its tensors. */
function checkTexts({ config, tokenizerJson }: FolderTexts): void {
  checkTokenizer(tokenizerJson, readModelConfig(config).vocabulary);
}

/** Returns the model with the tensors of its decoder and no others. */
async function withOwnParameters({ texts, weights: stored }: OpenedFolder): Promise<OpenedFolder> {
  const { weights, tied, notes } = await decoderWeights(readModelConfig(texts.config), stored);
  if (notes.length === 0) return { texts, weights };
  const config = { ...texts.config, tie_word_embeddings: tied };
  return { texts: { ...texts, config, notes: [...(texts.notes ?? []), ...notes] }, weights };
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
