/** Downloads an embedded model. */
// Importing one public file gives the page's base URL, in development and wherever the build is served from.
import modelIndex from "/models/index.json?url";
import { bytesSource, type ByteSource } from "../../formats/byteSource.ts";
import type { ModelFiles } from "../../lab/openModel.ts";

const FILES = [
  "config.json",
  "generation_config.json",
  "model.safetensors",
  "tokenizer.json",
  "tokenizer_config.json",
  "README.md",
];

const PAGE = new URL("../", new URL(modelIndex, self.location.href));

/** Downloads the model folder at `path`, relative to the page; `onProgress` counts files. */
export async function downloadModel(
  path: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<ModelFiles> {
  let done = 0;
  const download = async (file: string): Promise<[string, ByteSource]> => {
    const url = new URL(`${path}/${file}`, PAGE);
    const response = await fetch(url, { signal });
    if (!response.ok)
      throw new Error(`${url.pathname} could not be loaded (status ${response.status}); reload the page`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    onProgress(++done, FILES.length);
    return [file, bytesSource(bytes)];
  };
  return new Map(await Promise.all(FILES.map(download)));
}
