/** Downloads an embedded model's folder. */
// Importing one public file tells where the page's files are, in development and in any place the build is served from.
import modelIndex from "/models/index.json?url";
import { folderInMemory, readModelFolder, type OpenedFolder } from "../../formats/huggingface/modelFolder.ts";

const FILES = [
  "config.json",
  "generation_config.json",
  "model.safetensors",
  "tokenizer.json",
  "tokenizer_config.json",
  "README.md",
];

const PAGE = new URL("../../", new URL(modelIndex, self.location.href));

/** The folder at `path` relative to the page; `onProgress` counts files. */
export async function downloadModel(
  path: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<OpenedFolder> {
  let done = 0;
  const download = async (file: string): Promise<[string, Uint8Array]> => {
    const url = new URL(`${path}/${file}`, PAGE);
    const response = await fetch(url, { signal });
    if (!response.ok)
      throw new Error(`${url.pathname} could not be loaded (status ${response.status}); reload the page`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    onProgress(++done, FILES.length);
    return [file, bytes];
  };
  return folderInMemory(readModelFolder(new Map(await Promise.all(FILES.map(download)))));
}
