/** Models of a Hub: what is being asked of it, and what this browser has stored. The token is kept in no store. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { HubClient } from "../worker/hub/hubClient.ts";
import type { DownloadPlan, DownloadProgress, HubEvent, StoredModel } from "../worker/hub/hubProtocol.ts";

export type { DownloadPlan, DownloadProgress, StoredModel };

/** The Hub's address, and a name for what runs behind it. */
export const PUBLIC_HUB = "https://huggingface.co";

/** What is under way with the Hub. */
export type HubTask =
  | { readonly status: "idle" }
  | { readonly status: "looking"; readonly id: string }
  /** Waits for the user's word: nothing of the weights has been asked for. */
  | { readonly status: "planned"; readonly plan: DownloadPlan }
  | { readonly status: "fetching"; readonly plan: DownloadPlan; readonly progress: DownloadProgress | null }
  | { readonly status: "failed"; readonly message: string };

export interface HubState {
  readonly task: HubTask;
  readonly stored: readonly StoredModel[];
  /** What was removed because it was damaged, as a sentence; null when nothing was. */
  readonly notice: string | null;
}

export interface HubStore extends Pick<StoreApi<HubState>, "getState" | "subscribe" | "getInitialState"> {
  /** Lists what is stored; resolves when it is known, or cannot be. */
  refresh(): Promise<void>;
  lookUp(id: string, source: string, token: string | null): void;
  /** Fetches what was looked up. */
  fetch(token: string | null): void;
  halt(): void;
  remove(folders: readonly string[]): void;
}

export interface HubSurroundings {
  /** Asks the browser not to throw stored files away when space is short. */
  readonly persist: () => void;
  /** Told the folder of a model that has just been fetched. */
  readonly onFetched: (folder: string) => void;
}

/** Creates the store. */
export function createHubStore(client: HubClient, { persist, onFetched }: HubSurroundings): HubStore {
  const store = createStore<HubState>(() => ({ task: { status: "idle" }, stored: [], notice: null }));
  let fetched: string | null = null;
  client.subscribe((event) => {
    store.setState((state) => reduceHub(state, event));
    if (event.type === "fetched") {
      fetched = event.folder;
      persist();
    }
    if (event.type === "listed" && fetched !== null) {
      onFetched(fetched);
      fetched = null;
    }
  });
  return {
    ...store,
    refresh: () =>
      new Promise((resolve) => {
        const stop = store.subscribe((state, before) => {
          if (state.stored === before.stored && state.task.status !== "failed") return;
          stop();
          resolve();
        });
        client.send({ type: "list" });
      }),
    lookUp(id, source, token) {
      store.setState({ task: { status: "looking", id } });
      client.send({ type: "lookUp", id, source, token });
    },
    fetch(token) {
      const { task } = store.getState();
      if (task.status !== "planned") return;
      store.setState({ task: { status: "fetching", plan: task.plan, progress: null } });
      client.send({ type: "fetch", plan: task.plan, token });
    },
    halt: () => client.send({ type: "halt" }),
    remove: (folders) => client.send({ type: "remove", folders }),
  };
}

/** The state after an event of the worker. */
export function reduceHub(state: HubState, event: HubEvent): HubState {
  switch (event.type) {
    case "listed":
      return { ...state, stored: event.models, notice: removedText(event.removed) ?? state.notice };
    case "planned":
      return { ...state, task: { status: "planned", plan: event.plan } };
    case "fetching":
      return state.task.status === "fetching"
        ? { ...state, task: { ...state.task, progress: event.progress } }
        : state;
    case "fetched":
    case "halted":
      return { ...state, task: { status: "idle" } };
    case "unfetched":
      return { ...state, task: { status: "failed", message: event.message } };
    default:
      return event satisfies never;
  }
}

function removedText(removed: readonly string[]): string | null {
  return removed.length === 0
    ? null
    : `${removed.join(", ")} was damaged and has been removed: fetch it again.`;
}
