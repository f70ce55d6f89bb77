/** Opens a model on disk or on a Hub, from which it is downloaded once and cached. */
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileSize } from "../../src/math/bytes.ts";
import { findStored, openStored } from "../../src/hub/cache.ts";
import { download } from "../../src/hub/download.ts";
import { fileName, folderOf } from "../../src/hub/entry.ts";
import { hostOf, openHub, PUBLIC_HUB, type Hub } from "../../src/hub/hub.ts";
import { HubError } from "../../src/hub/hubError.ts";
import { isCommit, hubIdText, parseModelId, type HubId } from "../../src/hub/hubId.ts";
import { planDownload } from "../../src/hub/plan.ts";
import { DiskStorage } from "../files/diskStorage.ts";
import { messageOf } from "../inputError.ts";
import { modelName, openModelFile, type ModelFile } from "./modelFile.ts";
import { StatusLine } from "../statusLine.ts";

/** Prefix of the name of a model on a Hub. */
const PREFIX = "hf:";

/** Opens a model; one of a Hub is fetched into `cache` where it is not there yet, and goes by its commit from then on. */
export async function loadModelFile(place: string, cache: string | undefined): Promise<ModelFile> {
  if (!place.startsWith(PREFIX)) return openModelFile(place);
  const fetched = await fetchToDisk(place, cache);
  return { ...(await openModelFile(fetched.disk)), ...fetched };
}

/** Downloads a model of a Hub; returns its path and names. */
async function fetchToDisk(
  place: string,
  cache: string | undefined,
): Promise<Pick<ModelFile, "name" | "path" | "disk">> {
  const asked = parseModelId(place);
  const root = resolve(cache ?? defaultCache());
  const storage = new DiskStorage(root);
  const hub = openHub(process.env["HF_ENDPOINT"] || PUBLIC_HUB, process.env["HF_TOKEN"] || null);
  const commit = await fetchModel(hub, storage, asked);
  const id = { ...asked, revision: commit };
  const folder = folderOf(id, commit);
  await openStored(storage, folder, never());
  const { file, repository } = id;
  return {
    disk: join(root, folder, file === null ? "" : fileName({ path: file })),
    name: file === null ? basename(repository) : modelName(file),
    path: PREFIX + hubIdText(id),
  };
}

/** Downloads the model unless it is cached; returns its commit. */
async function fetchModel(hub: Hub, storage: DiskStorage, id: HubId): Promise<string> {
  const stored = await findStored(storage, id);
  if (stored !== null && isCommit(id.revision)) return stored.commit; // a commit never changes
  try {
    const plan = await planDownload(hub, storage, id, never());
    const missing = plan.bytes - plan.keptBytes;
    const what = `${hubIdText(id)} at commit ${plan.commit.slice(0, 12)}`;
    if (missing > 0)
      console.error(`fetching ${what} from ${hostOf(hub)}: ${plan.files.length} files, ${fileSize(missing)}`);
    const status = new StatusLine("MB");
    await download(hub, storage, plan, {
      signal: never(),
      onProgress: ({ path, done, bytes }) => {
        if (missing > 0) status.show(megabytes(done), megabytes(bytes), path);
      },
    }).finally(() => status.close());
    return plan.commit;
  } catch (error) {
    if (stored === null || !(error instanceof HubError)) throw error;
    console.error(
      `${messageOf(error)} Taking what was fetched before, commit ${stored.commit.slice(0, 12)}.`,
    );
    return stored.commit;
  }
}

/** Returns the default folder of the model cache. */
function defaultCache(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  return join(XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), ".cache"), "ttrl-lab", "models");
}

/** The program is stopped by a signal; what was fetched stays. */
function never(): AbortSignal {
  return new AbortController().signal;
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
