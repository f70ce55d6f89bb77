/** Models and data sets on a Hub and those stored in this browser. Access tokens are not kept. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { DatasetFile } from "../data/dataset.ts";
import type {
  DownloadPlan,
  DownloadProgress,
  HubAccess,
  HubClient,
  HubCommand,
  HubEvent,
  HubKind,
  StoredModel,
} from "../worker/hub/hubClient.ts";
import { addRecentDataset, recentDatasets } from "./recentDatasets.ts";

export type { DownloadPlan, DownloadProgress, HubAccess, HubKind, StoredModel };

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
  /** Names of the data sets that the last search found; null before one. */
  readonly found: readonly string[] | null;
  /** Data sets that were opened last. */
  readonly recent: readonly string[];
  /** A sentence about downloads removed because they were corrupt, or null. */
  readonly notice: string | null;
}

export interface HubStore extends Pick<StoreApi<HubState>, "getState" | "subscribe" | "getInitialState"> {
  /** Lists what is stored; resolves once they are known or listing has failed. */
  refresh(): Promise<void>;
  lookUp(kind: HubKind, id: string, access: HubAccess): void;
  /** Looks up another split of the data set that was looked up. */
  chooseSplit(split: string, token: string | null): void;
  /** Searches for data sets. */
  search(words: string, access: HubAccess): void;
  /** Downloads what was looked up. */
  fetch(token: string | null): void;
  halt(): void;
  remove(folders: readonly string[]): void;
}

interface HubOptions {
  /** Asks the browser not to evict stored files when space is short. */
  readonly persist: () => void;
  /** Called with the folder of a model that has just been downloaded. */
  readonly onFetched: (folder: string) => void;
  /** Called with a data set that has just been downloaded. */
  readonly onDataset: (title: string, files: readonly DatasetFile[]) => void;
}

const EMPTY = { task: { status: "idle" }, stored: [], found: null, notice: null } as const;

/** Creates the store. */
export function createHubStore(client: HubClient, options: HubOptions): HubStore {
  const store = createStore<HubState>(() => ({ ...EMPTY, recent: recentDatasets() }));
  followWorker(store, client, options);
  const look = (id: string, command: HubCommand): void => {
    store.setState({ task: { status: "looking", id } });
    client.send(command);
  };
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
    lookUp: (kind, id, access) => look(id, { type: "lookUp", kind, id, ...access }),
    chooseSplit(split, token) {
      const { task } = store.getState();
      if (task.status !== "planned") return;
      const { id, source } = task.plan;
      look(id.repository, { type: "lookUp", kind: "data set", id: { ...id, file: split }, source, token });
    },
    search: (words, access) => look(words, { type: "search", words, ...access }),
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

/** Applies the worker's events to the store; a model is reported once it is listed. */
function followWorker(
  store: StoreApi<HubState>,
  client: HubClient,
  { persist, onFetched, onDataset }: HubOptions,
): void {
  let fetched: string | null = null;
  client.subscribe((event) => {
    const { task } = store.getState();
    store.setState((state) => reduceHub(state, event));
    if (event.type === "fetched") {
      persist();
      if (event.files === null) fetched = event.folder;
      else if (task.status === "fetching") {
        const title = titleOf(task.plan);
        store.setState({ recent: addRecentDataset(title) });
        onDataset(title, event.files);
      }
    }
    if (event.type === "listed" && fetched !== null) {
      onFetched(fetched);
      fetched = null;
    }
  });
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
    case "found":
      return { ...state, task: { status: "idle" }, found: event.ids };
    case "fetched":
    case "halted":
      return { ...state, task: { status: "idle" } };
    case "unfetched":
      return { ...state, task: { status: "failed", message: event.message } };
    default:
      return event satisfies never;
  }
}

/** The identifier of a data set as its user writes it: "openai/gsm8k:main/test". */
function titleOf({ id: { repository, revision, file } }: DownloadPlan): string {
  const at = revision === "main" ? "" : `@${revision}`;
  return `${repository.replace(/^datasets\//, "")}${at}${file === null ? "" : `:${file}`}`;
}

function removedText(removed: readonly string[]): string | null {
  if (removed.length === 0) return null;
  return `${removed.join(", ")} was corrupt and has been removed. Download it again.`;
}
