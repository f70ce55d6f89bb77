/** Main-thread end of the worker that downloads models and data sets from a Hub. It handles one command at a time. */
import type { HubAccess, HubCommand, HubEvent, HubKind } from "./hubWorker.ts";

export type { StoredModel } from "../../hub/cache.ts";
export type { DownloadProgress } from "../../hub/download.ts";
export type { DownloadPlan } from "../../hub/plan.ts";
export type { HubAccess, HubCommand, HubEvent, HubKind };

export interface HubClient {
  /** Posts a command; the first one starts the worker. */
  send(command: HubCommand): void;
  /** Calls `listener` with every event for the page's lifetime. */
  subscribe(listener: (event: HubEvent) => void): void;
}

/** A client of one worker. */
export function createHubClient(): HubClient {
  const listeners = new Set<(event: HubEvent) => void>();
  let worker: Worker | null = null;
  const emit = (event: HubEvent): void => listeners.forEach((listener) => listener(event));
  const open = (): Worker => {
    const opened = new Worker(new URL("./hubWorker.ts", import.meta.url), { type: "module", name: "hub" });
    opened.onmessage = (message: MessageEvent<HubEvent>) => emit(message.data);
    opened.onerror = ({ message }) => {
      opened.terminate();
      worker = null;
      emit({
        type: "unfetched",
        message: `The download crashed (${message}). Try again; what was fetched is kept.`,
      });
    };
    return opened;
  };
  return {
    send(command) {
      worker ??= open();
      worker.postMessage(command);
    },
    subscribe: (listener) => void listeners.add(listener),
  };
}
