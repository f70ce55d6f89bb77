/** Opens a model that was fetched from a Hub before. */
import { readGgufModel } from "../formats/ggufModel.ts";
import { openModelFolder, type ModelFolder } from "../formats/modelFolder.ts";
import { allWeights } from "../formats/weightSource.ts";
import { openStored } from "../hub/cache.ts";
import type { ModelStorage } from "../hub/storage.ts";

/** Every byte is checked before it is used; a damaged model is removed, and the error says so. */
export async function openStoredModel(
  storage: ModelStorage,
  folder: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<ModelFolder> {
  const files = await openStored(storage, folder, signal, onProgress);
  const gguf = [...files].find(([name]) => name.toLowerCase().endsWith(".gguf"))?.[1];
  if (gguf !== undefined) return readGgufModel(await gguf.read(0, gguf.size));
  const { texts, weights } = await openModelFolder(files);
  return { ...texts, weights: await allWeights(weights) };
}
