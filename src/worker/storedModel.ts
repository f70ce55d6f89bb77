/** Opens a model that was fetched from a Hub before. */
import { openGgufModel } from "../formats/gguf/ggufModel.ts";
import { openModelFolder, type OpenedFolder } from "../formats/huggingface/modelFolder.ts";
import { openStored } from "../hub/cache.ts";
import type { ModelStorage } from "../hub/storage.ts";

/** Every byte is checked before it is used; a damaged model is removed, and the error says so. */
export async function openStoredModel(
  storage: ModelStorage,
  folder: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<OpenedFolder> {
  const files = await openStored(storage, folder, signal, onProgress);
  const gguf = [...files].find(([name]) => name.toLowerCase().endsWith(".gguf"))?.[1];
  return gguf === undefined ? openModelFolder(files) : openGgufModel(gguf);
}
