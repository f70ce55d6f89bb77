/** Models on a Hub and those stored in this browser. Access tokens are not kept. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type {
  DownloadPlan,
  DownloadProgress,
  HubClient,
  HubEvent,
  StoredModel,
} from "../worker/hub/hubClient.ts";

export type { DownloadPlan, DownloadProgress, StoredModel };

/** The address of the Hugging Face Hub. */
export const PUBLIC_HUB = "https://huggingface.co";

/** The current request to the Hub. */
export type HubTask =
  | { readonly status: "idle" }
  | { readonly status: "looking"; readonly id: string }
  /** Only metadata has been fetched; the user has not confirmed the download yet. */
  | { readonly status: "planned"; readonly plan: DownloadPlan }
  | { readonly status: "fetching"; readonly plan: DownloadPlan; readonly progress: DownloadProgress | null }
  | { readonly status: "failed"; readonly message: string };

interface HubState {
  readonly task: HubTask;
  readonly stored: readonly StoredModel[];
  /** A sentence about models removed because they were corrupt, or null. */
  readonly notice: string | null;
}

export interface HubStore extends Pick<StoreApi<HubState>, "getState" | "subscribe" | "getInitialState"> {
  /** Lists the stored models; resolves once they are known or listing has failed. */
  refresh(): Promise<void>;
  lookUp(id: string, source: string, token: string | null): void;
  /** Downloads the model that was looked up. */
  fetch(token: string | null): void;
  halt(): void;
  remove(folders: readonly string[]): void;
}

interface HubOptions {
  /** Asks the browser not to evict stored files when space is short. */
  readonly persist: () => void;
  /** Called with the folder of a model that has just been downloaded. */
  readonly onFetched: (folder: string) => void;
}

/** Creates the store. */
export function createHubStore(client: HubClient, { persist, onFetched }: HubOptions): HubStore {
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

/** Returns the state after a worker event. */
function reduceHub(state: HubState, event: HubEvent): HubState {
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
  if (removed.length === 0) return null;
  return `${removed.join(", ")} was corrupt and has been removed. Download it again.`;
}
