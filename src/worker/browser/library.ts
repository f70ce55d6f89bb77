/** The package in a browser, in a page or a worker. */
import { embeddedModelFiles, wordProblems } from "../../lab/embedded.ts";
import type { ModelFiles } from "../../lab/openModel.ts";
import type { NamedStudy } from "../../lab/study.ts";

export * from "../../lab/index.ts";
export { startBackend } from "./backend.ts";

/** Downloads the files of the embedded model abacus-0.1M. */
export const embeddedModel = (): Promise<ModelFiles> => embeddedModelFiles(download);

/** Downloads the embedded word problems. */
export const embeddedDataset = (): Promise<NamedStudy> => wordProblems(download);

async function download(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} could not be loaded (status ${response.status})`);
  return new Uint8Array(await response.arrayBuffer());
}
