/** A try of the current setup: a few responses before a run. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { WorkerClient } from "../worker/client.ts";
import type { StudyMessage, TryOut } from "../worker/protocol.ts";
import type { RunSetup } from "./run/record.ts";
import type { Progress } from "./run/run.ts";
import { setupMessage } from "./run/runStore.ts";

export type { TriedQuestion, TriedResponse, TryOut } from "../worker/protocol.ts";

export type TryState =
  | { readonly status: "none" }
  | { readonly status: "trying"; readonly progress: Progress | null }
  | { readonly status: "tried"; readonly result: TryOut }
  | { readonly status: "failed"; readonly message: string };

export interface TryStore extends Pick<StoreApi<TryState>, "getState" | "subscribe" | "getInitialState"> {
  start(setup: RunSetup, study: StudyMessage): void;
  /** Cancels the try, or removes its result. */
  close(): void;
}

/** Creates the store and subscribes it to the worker. */
export function createTryStore(client: WorkerClient): TryStore {
  const store = createStore<TryState>(() => ({ status: "none" }));
  let [tries, runId] = [0, ""];
  client.subscribe((event) => {
    if (event.runId !== runId || store.getState().status !== "trying") return;
    if (event.type === "progress") {
      const { phase, done, total } = event;
      store.setState({ status: "trying", progress: { phase, done, total } }, true);
    } else if (event.type === "tried") store.setState({ status: "tried", result: event.result }, true);
    else if (event.type === "failed") store.setState({ status: "failed", message: event.message }, true);
    else if (event.type === "stopped") store.setState({ status: "none" }, true);
  });
  return {
    ...store,
    start(setup, study) {
      runId = `t${++tries}`;
      store.setState({ status: "trying", progress: null }, true);
      client.send({ type: "try", runId, ...setupMessage(setup, study) });
    },
    close() {
      if (store.getState().status === "trying") client.send({ type: "cancel", runId });
      store.setState({ status: "none" }, true);
    },
  };
}
