/** The worker that fetches models from a Hub and keeps them. It runs beside the one that trains. */
import { listStored } from "../../hub/cache.ts";
import { download } from "../../hub/download.ts";
import { openHub } from "../../hub/hub.ts";
import { parseModelId } from "../../hub/modelId.ts";
import { planDownload } from "../../hub/plan.ts";
import type { HubCommand, HubEvent } from "./hubProtocol.ts";
import { OpfsStorage } from "../browser/opfsStorage.ts";

/** The part of a worker's global scope used here. */
interface WorkerScope {
  postMessage(event: HubEvent): void;
  onmessage: ((message: MessageEvent<HubCommand>) => void) | null;
}

const scope = self as unknown as WorkerScope;
const storage = new OpfsStorage();
let controller = new AbortController();
let work = Promise.resolve();

scope.onmessage = ({ data: command }) => {
  if (command.type === "halt") controller.abort(new Error("halted"));
  else work = work.then(() => attempt(command));
};

async function attempt(command: Exclude<HubCommand, { type: "halt" }>): Promise<void> {
  controller = new AbortController();
  const { signal } = controller;
  try {
    await obey(command, signal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    scope.postMessage(signal.aborted ? { type: "halted" } : { type: "unfetched", message });
  }
  if (command.type !== "lookUp") await list();
}

async function obey(command: Exclude<HubCommand, { type: "halt" }>, signal: AbortSignal): Promise<void> {
  switch (command.type) {
    case "list":
      break; // told in any case
    case "lookUp": {
      const hub = openHub(command.source, command.token);
      const plan = await planDownload(hub, storage, parseModelId(command.id), signal);
      scope.postMessage({ type: "planned", plan });
      break;
    }
    case "fetch": {
      const onProgress = throttled((progress) => scope.postMessage({ type: "fetching", progress }));
      const hub = openHub(command.plan.source, command.token);
      const folder = await download(hub, storage, command.plan, { signal, onProgress });
      scope.postMessage({ type: "fetched", folder });
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
  try {
    scope.postMessage({ type: "listed", ...(await listStored(storage)) });
  } catch {
    scope.postMessage({ type: "listed", models: [], removed: [] }); // a private window, say, keeps nothing
  }
}

/** At most ten a second, and whatever a file ends with. */
function throttled(
  tell: (progress: Extract<HubEvent, { type: "fetching" }>["progress"]) => void,
): typeof tell {
  let last = -Infinity;
  return (progress) => {
    if (progress.fileDone < progress.fileBytes && performance.now() - last < 100) return;
    last = performance.now();
    tell(progress);
  };
}
