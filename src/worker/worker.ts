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
import { Trial } from "./trial.ts";

let session: Session | null = null;
let trial: Trial | null = null;
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
  post: (event: WorkerEvent) => self.postMessage(event),
};

/** Ends the try, then the run. */
function endOf(...work: readonly (Pick<Session, "end"> | null)[]): Pick<Session, "end"> {
  return {
    async end() {
      for (const one of work) await one?.end();
    },
  };
}

self.onmessage = ({ data: command }: MessageEvent<Command>) => {
  if (command.type === "start") session = new Session(command, platform, endOf(trial, session));
  else if (command.type === "try") trial = new Trial(command, platform, trial);
  else if (trial?.runId === command.runId) trial.cancel();
  else if (session?.runId !== command.runId) return;
  else if (command.type === "export") session.export(command.form, command.file);
  else session[command.type]();
};
