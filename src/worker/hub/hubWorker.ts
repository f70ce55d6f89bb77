/** The worker that downloads models from a Hub and stores them, separate from the one that trains. */
import { listStored, type StoredModels } from "../../hub/cache.ts";
import { download, type DownloadProgress } from "../../hub/download.ts";
import { openHub } from "../../hub/hub.ts";
import { parseModelId } from "../../hub/hubId.ts";
import { planDownload, type DownloadPlan } from "../../hub/plan.ts";
import { OpfsStorage } from "../browser/opfsStorage.ts";

/** Page to worker. A token is used for its command only and is not stored. */
export type HubCommand =
  /** List the stored models. */
  | { readonly type: "list" }
  | { readonly type: "lookUp"; readonly id: string; readonly source: string; readonly token: string | null }
  | { readonly type: "fetch"; readonly plan: DownloadPlan; readonly token: string | null }
  /** Cancel the current command; downloaded bytes are kept. */
  | { readonly type: "halt" }
  | { readonly type: "remove"; readonly folders: readonly string[] };

/** Worker to page. */
export type HubEvent =
  /** The stored models, after every command that may have changed them. */
  | ({ readonly type: "listed" } & StoredModels)
  | { readonly type: "planned"; readonly plan: DownloadPlan }
  | { readonly type: "fetching"; readonly progress: DownloadProgress }
  | { readonly type: "fetched"; readonly folder: string }
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
  if (command.type !== "lookUp") await list();
}

async function obey(command: Work, signal: AbortSignal): Promise<void> {
  switch (command.type) {
    case "list":
      break; // every command but lookUp ends with the list
    case "lookUp": {
      const hub = openHub(command.source, command.token);
      const plan = await planDownload(hub, storage, parseModelId(command.id), signal);
      post({ type: "planned", plan });
      break;
    }
    case "fetch": {
      const hub = openHub(command.plan.source, command.token);
      const folder = await download(hub, storage, command.plan, { signal, onProgress: progressPoster() });
      post({ type: "fetched", folder });
      break;
    }
    case "remove":
      for (const folder of command.folders) await storage.remove(folder);
      break;
    default:
      command satisfies never;
  }
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
