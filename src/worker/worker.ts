/** The worker's entry: starts the backend, owns the session, routes commands. */
import { startBackend, type StartedBackend } from "./backend.ts";
import type { BackendChoice, Command, WorkerEvent } from "./protocol.ts";
import { Session } from "./session.ts";

let session: Session | null = null;
let backend: { readonly choice: BackendChoice; readonly started: Promise<StartedBackend> } | null = null;

/** The part of a worker's global scope used here; `self` has the page's type where both libraries are loaded. */
interface WorkerScope {
  postMessage(event: WorkerEvent, transfer: Transferable[]): void;
  onmessage: ((message: MessageEvent<Command>) => void) | null;
}

const scope = self as unknown as WorkerScope;

function post(event: WorkerEvent, transfer: Transferable[] = []): void {
  scope.postMessage(event, transfer);
}

scope.onmessage = ({ data }: MessageEvent<Command>): void => {
  route(data).catch((error: unknown) => {
    post({
      type: "failed",
      runId: data.runId,
      message: error instanceof Error ? error.message : String(error),
    });
  });
};

async function route(command: Command): Promise<void> {
  if (command.type === "start") return start(command);
  if (session === null || session.runId !== command.runId) return; // a run that is gone hears nothing
  switch (command.type) {
    case "pause":
      return session.pause();
    case "resume":
      return session.resume();
    case "step":
      return session.step();
    case "stop":
      return session.stop();
    case "evaluate":
      return session.evaluate();
    case "export":
      return session.export();
    default:
      command satisfies never;
  }
}

async function start(command: Extract<Command, { type: "start" }>): Promise<void> {
  session?.dispose();
  session = null;
  if (backend?.choice !== command.backend) {
    backend = { choice: command.backend, started: startBackend(command.backend) };
  }
  session = new Session(command, await backend.started, post);
  await session.run();
}
