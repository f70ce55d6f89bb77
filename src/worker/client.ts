/** Main-thread end of the protocol: sends commands, delivers events, reports a crash as a `failed` event. */
import type { Command, WorkerEvent } from "./protocol.ts";

/** The worker as the page uses it. */
export interface WorkerClient {
  /** Posts a command; the first one starts the worker. */
  send(command: Command): void;
  /** Calls `listener` with every event until the returned function is called. */
  subscribe(listener: (event: WorkerEvent) => void): () => void;
  /** Terminates the worker; its run fails, and the next command starts a new worker. */
  restart(): void;
}

/** The part of `Worker` the client uses. */
export type WorkerPort = Pick<
  Worker,
  "postMessage" | "terminate" | "onmessage" | "onerror" | "onmessageerror"
>;

const CRASH_ADVICE = "The run's weights are lost, its metrics are kept. Start again; if it happens again,";

function spawnWorker(): WorkerPort {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "ttrl" });
}

/** A client of one worker at a time. `spawn` is replaced in tests. */
export function createWorkerClient(spawn: () => WorkerPort = spawnWorker): WorkerClient {
  const listeners = new Set<(event: WorkerEvent) => void>();
  let worker: WorkerPort | null = null;
  /** The latest run and the latest try. */
  const runIds = new Map<"run" | "try", string>();

  const emit = (event: WorkerEvent): void => listeners.forEach((listener) => listener(event));

  const end = (message: string): void => {
    worker?.terminate();
    worker = null;
    const ended = [...runIds.values()];
    runIds.clear();
    for (const runId of ended) emit({ type: "failed", runId, message });
  };

  const open = (): WorkerPort => {
    const opened = spawn();
    opened.onmessage = (message: MessageEvent<WorkerEvent>) => emit(message.data);
    opened.onerror = (error) => end(crashMessage(error.message));
    opened.onmessageerror = () =>
      end(`A message of the worker could not be read. ${CRASH_ADVICE} reload the page.`);
    return opened;
  };

  return {
    send(command) {
      worker ??= open();
      if (command.type === "try") runIds.set("try", command.runId);
      else if (command.runId !== runIds.get("try")) runIds.set("run", command.runId);
      worker.postMessage(command);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    restart() {
      end("The worker was ended by force: the run's weights are lost, its metrics are kept. Start again.");
    },
  };
}

/** `detail` is empty when the worker's script itself could not be loaded. */
function crashMessage(detail: string): string {
  return detail === ""
    ? "The worker could not be started. Reload the page; if it happens again, serve the whole build folder anew."
    : `The worker crashed: ${detail}. ${CRASH_ADVICE} choose a smaller model, fewer votes or another backend.`;
}
