/** The worker that downloads models and data sets from a Hub and stores them, separate from the one that trains. */
import type { DatasetFile } from "../../data/dataset.ts";
import { listStored, openStored, type StoredModels } from "../../hub/cache.ts";
import { download, type DownloadProgress } from "../../hub/download.ts";
import { openHub } from "../../hub/hub.ts";
import { datasetPath, isDataset, parseDatasetId, parseModelId, type HubId } from "../../hub/hubId.ts";
import { planDownload, type DownloadPlan } from "../../hub/plan.ts";
import { searchDatasets } from "../../hub/search.ts";
import { OpfsStorage } from "../browser/opfsStorage.ts";

/** A Hub and the access to it. */
export interface HubAccess {
  readonly source: string;
  readonly token: string | null;
}

/** Page to worker. A token is used for its command only and is not stored. */
export type HubCommand =
  /** List what is stored. */
  | { readonly type: "list" }
  /** Look up a model or data set by what the user wrote, or by its identifier. */
  | ({ readonly type: "lookUp"; readonly kind: HubKind; readonly id: string | HubId } & HubAccess)
  | ({ readonly type: "search"; readonly words: string } & HubAccess)
  | { readonly type: "fetch"; readonly plan: DownloadPlan; readonly token: string | null }
  /** Cancel the current command; downloaded bytes are kept. */
  | { readonly type: "halt" }
  | { readonly type: "remove"; readonly folders: readonly string[] };

export type HubKind = "model" | "data set";

/** Worker to page. */
export type HubEvent =
  /** What is stored, after every command that may have changed it. */
  | ({ readonly type: "listed" } & StoredModels)
  | { readonly type: "planned"; readonly plan: DownloadPlan }
  | { readonly type: "fetching"; readonly progress: DownloadProgress }
  /** The folder of a download, and the files of a data set; null for a model. */
  | { readonly type: "fetched"; readonly folder: string; readonly files: readonly DatasetFile[] | null }
  /** Names of the data sets that a search found. */
  | { readonly type: "found"; readonly ids: readonly string[] }
  | { readonly type: "halted" }
  /** The command failed; `message` says why and what to do. */
  | { readonly type: "unfetched"; readonly message: string };

const storage = new OpfsStorage();
let controller = new AbortController();
let work = Promise.resolve();

const post = (event: HubEvent): void => self.postMessage(event);

self.onmessage = ({ data: command }: MessageEvent<HubCommand>) => {
  if (command.type === "halt") controller.abort(new Error("halted"));
  else work = work.then(() => attempt(command));
};

type Work = Exclude<HubCommand, { type: "halt" }>;

async function attempt(command: Work): Promise<void> {
  controller = new AbortController();
  const { signal } = controller;
  try {
    await obey(command, signal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    post(signal.aborted ? { type: "halted" } : { type: "unfetched", message });
  }
  if (command.type !== "lookUp" && command.type !== "search") await list();
}

async function obey(command: Work, signal: AbortSignal): Promise<void> {
  switch (command.type) {
    case "list":
      break; // every command but lookUp and search ends with the list
    case "lookUp": {
      const hub = openHub(command.source, command.token);
      const plan = await planDownload(hub, storage, idOf(command), signal);
      post({ type: "planned", plan });
      break;
    }
    case "search": {
      const ids = await searchDatasets(openHub(command.source, command.token), command.words, signal);
      post({ type: "found", ids });
      break;
    }
    case "fetch": {
      const hub = openHub(command.plan.source, command.token);
      const folder = await download(hub, storage, command.plan, { signal, onProgress: progressPoster() });
      const { id } = command.plan;
      post({ type: "fetched", folder, files: isDataset(id) ? await datasetFiles(id, folder, signal) : null });
      break;
    }
    case "remove":
      for (const folder of command.folders) await storage.remove(folder);
      break;
    default:
      command satisfies never;
  }
}

/** Parses what the user wrote; "datasets/" may be left out of a data set's name. */
function idOf({ kind, id }: Extract<Work, { type: "lookUp" }>): HubId {
  if (typeof id !== "string") return id;
  if (kind === "model") return parseModelId(id);
  return parseDatasetId(id.trim().replace(/^(hf:)?(datasets\/)?/, "datasets/"));
}

/** Returns the verified files of a data set as they are read. */
async function datasetFiles(id: HubId, folder: string, signal: AbortSignal): Promise<DatasetFile[]> {
  const names = [...(await openStored(storage, folder, signal)).keys()];
  const files = names.map(async (name) => {
    const blob = await storage.file(folder, name);
    return blob === null ? [] : [{ path: datasetPath(id, name, names.length === 1), blob }];
  });
  return (await Promise.all(files)).flat();
}

async function list(): Promise<void> {
  const none = { models: [], removed: [] }; // private windows have no storage
  post({ type: "listed", ...(await listStored(storage).catch(() => none)) });
}

/** Returns a callback that posts progress at most ten times a second, and at the end of every file. */
function progressPoster(): (progress: DownloadProgress) => void {
  let last = -Infinity;
  return (progress) => {
    if (progress.fileDone < progress.fileBytes && performance.now() - last < 100) return;
    last = performance.now();
    post({ type: "fetching", progress });
  };
}
