/** Opens a model on disk or on a Hub, from which it is downloaded once and cached. */
import { basename, join } from "node:path";
import { fileName } from "../../src/hub/entry.ts";
import { hubIdText, parseModelId } from "../../src/hub/hubId.ts";
import { fetchFromHub, HUB_PREFIX } from "../files/hubCache.ts";
import { modelName, openModelFile, type ModelFile } from "./modelFile.ts";

/** Opens a model; one of a Hub is fetched into `cache` where it is not there yet, and goes by its commit from then on. */
export async function loadModelFile(place: string, cache: string | undefined): Promise<ModelFile> {
  if (!place.startsWith(HUB_PREFIX)) return openModelFile(place);
  const { id, folder } = await fetchFromHub(parseModelId(place), cache);
  const { file, repository } = id;
  return {
    ...(await openModelFile(join(folder, file === null ? "" : fileName({ path: file })))),
    name: file === null ? basename(repository) : modelName(file),
    path: HUB_PREFIX + hubIdText(id),
  };
}
