/** Entry of the worker: owns the backend and the session, dispatches commands. */
import type { BackendChoice } from "../report/backend.ts";
import type { StartedBackend } from "../lab/startBackend.ts";
import { startBackend } from "./browser/backend.ts";
import { openDestination } from "./browser/destination.ts";
import { downloadModel } from "./browser/embeddedModel.ts";
import { OpfsStorage } from "./browser/opfsStorage.ts";
import { readRecipeFile } from "./browser/recipeFiles.ts";
import type { Command, WorkerEvent } from "./protocol.ts";
import { Session, type Platform } from "./session.ts";

/** The part of the worker's global scope used here; `self` is typed as a window where both libraries are loaded. */
interface WorkerScope {
  postMessage(event: WorkerEvent): void;
  onmessage: ((message: MessageEvent<Command>) => void) | null;
}

const scope = self as unknown as WorkerScope;

let session: Session | null = null;
let backend: { readonly choice: BackendChoice; readonly started: StartedBackend } | null = null;

/** Starts a backend once and reuses it for later runs with the same choice, until its GPU fails. */
async function startBackendOnce(choice: BackendChoice): Promise<StartedBackend> {
  if (backend?.choice === choice && !backend.started.fault.aborted) return backend.started;
  backend = { choice, started: await startBackend(choice) };
  return backend.started;
}

const platform: Platform = {
  startBackend: startBackendOnce,
  downloadModel,
  openDestination,
  storage: new OpfsStorage(),
  readRecipeFile,
  post: (event: WorkerEvent) => scope.postMessage(event),
};

scope.onmessage = ({ data: command }) => {
  if (command.type === "start") session = new Session(command, platform, session);
  else if (session?.runId === command.runId) route(command, session); // commands to earlier runs are dropped
};

function route(command: Exclude<Command, { type: "start" }>, to: Session): void {
  switch (command.type) {
    case "pause":
      to.pause();
      break;
    case "resume":
      to.resume();
      break;
    case "step":
      to.step();
      break;
    case "stop":
      to.stop();
      break;
    case "evaluate":
      to.evaluate();
      break;
    case "export":
      to.export(command.form, command.file);
      break;
    case "cancel":
      to.cancel();
      break;
    default:
      command satisfies never;
  }
}
