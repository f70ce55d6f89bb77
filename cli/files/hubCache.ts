/** Downloads models and data sets of a Hub into a folder on disk, where they are cached. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileSize } from "../../src/math/bytes.ts";
import { findStored, openStored } from "../../src/hub/cache.ts";
import { download } from "../../src/hub/download.ts";
import { folderOf } from "../../src/hub/entry.ts";
import { hostOf, openHub, PUBLIC_HUB, type Hub } from "../../src/hub/hub.ts";
import { HubError } from "../../src/hub/hubError.ts";
import { hubIdText, isCommit, type HubId } from "../../src/hub/hubId.ts";
import { planDownload } from "../../src/hub/plan.ts";
import { messageOf } from "../inputError.ts";
import { StatusLine } from "../statusLine.ts";
import { DiskStorage } from "./diskStorage.ts";

/** Prefix of the name of a model or data set on a Hub. */
export const HUB_PREFIX = "hf:";

/** A verified download. */
interface CachedDownload {
  /** Its revision is the commit; of a data set, its `file` is the split. */
  readonly id: HubId;
  readonly folder: string;
  /** Paths of the files on this disk. */
  readonly files: readonly string[];
  /** Sentences about what was chosen. */
  readonly notes: readonly string[];
}

/** Downloads a model or data set unless it is cached, and verifies it. Rejects with `HubError`. */
export async function fetchFromHub(asked: HubId, cache: string | undefined): Promise<CachedDownload> {
  const root = resolve(cache ?? defaultCache());
  const storage = new DiskStorage(root);
  const hub = openHub(process.env["HF_ENDPOINT"] || PUBLIC_HUB, process.env["HF_TOKEN"] || null);
  const { id, notes } = await fetchMissing(hub, storage, asked);
  const name = folderOf(id, id.revision);
  const folder = join(root, name);
  const files = [...(await openStored(storage, name, never())).keys()].map((file) => join(folder, file));
  return { id, folder, files, notes };
}

async function fetchMissing(
  hub: Hub,
  storage: DiskStorage,
  asked: HubId,
): Promise<Pick<CachedDownload, "id" | "notes">> {
  const stored = await findStored(storage, asked);
  const cached = { id: { ...asked, revision: stored?.commit ?? "" }, notes: [] };
  if (stored !== null && isCommit(asked.revision)) return cached; // a commit never changes
  try {
    const plan = await planDownload(hub, storage, asked, never());
    const missing = plan.bytes - plan.keptBytes;
    const what = `${hubIdText(plan.id)} at commit ${plan.commit.slice(0, 12)}`;
    if (missing > 0)
      console.error(`fetching ${what} from ${hostOf(hub)}: ${plan.files.length} files, ${fileSize(missing)}`);
    const status = new StatusLine("MB");
    await download(hub, storage, plan, {
      signal: never(),
      onProgress: ({ path, done, bytes }) => {
        if (missing > 0) status.show(megabytes(done), megabytes(bytes), path);
      },
    }).finally(() => status.close());
    return { id: { ...plan.id, revision: plan.commit }, notes: plan.notes };
  } catch (error) {
    if (stored === null || !(error instanceof HubError)) throw error;
    console.error(
      `${messageOf(error)} Taking what was fetched before, commit ${stored.commit.slice(0, 12)}.`,
    );
    return cached;
  }
}

/** Returns the default folder of the cache. */
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
