/** What there is to choose from: the models and data sets that ship with the page, and models of the user's. */
import * as z from "zod/mini";
import { createStore, type StoreApi } from "zustand/vanilla";
import { fileSize } from "../../math/bytes.ts";
import { sum } from "../../math/stats.ts";
import type { StoredModel } from "../../worker/hub/hubProtocol.ts";
import type { ModelPart } from "../../worker/protocol.ts";

const modelEntry = z.object({
  /** Folder under models/. */
  name: z.string(),
  title: z.string(),
  description: z.string(),
  parameters: z.number(),
});

const datasetEntry = z.object({
  /** File under datasets/. */
  file: z.string(),
  title: z.string(),
  description: z.string(),
  task: z.enum(["math", "gpqa"]),
  questions: z.number(),
});

export interface ModelEntry extends Omit<z.infer<typeof modelEntry>, "parameters"> {
  /** Null while a file of the user's has not been read. */
  readonly parameters: number | null;
  /** The model itself, where it does not ship with the page. */
  readonly files?: readonly ModelPart[];
  /** The folder it is stored in, where it was fetched from a Hub. */
  readonly stored?: string;
}

export type DatasetEntry = z.infer<typeof datasetEntry>;

/** The first model and the first data set are what one click runs. */
export interface Catalogue {
  readonly models: readonly ModelEntry[];
  readonly datasets: readonly DatasetEntry[];
}

export type CatalogueState =
  | { readonly status: "loading" }
  | ({ readonly status: "ready" } & Catalogue)
  | { readonly status: "failed"; readonly message: string };

/** Reads a file that ships with the page; throws when it is not there. */
export type ReadText = (path: string) => Promise<string>;

export interface CatalogueStore extends StoreApi<CatalogueState> {
  /** Reads both index files; never throws. */
  load(): Promise<void>;
  /** Adds a model of the user's, in place of one of the same name; returns the name it goes by. Needs to be ready. */
  addModel(name: string, files: readonly ModelPart[]): string;
  /** Lists the models that were fetched from a Hub, in place of those listed before. */
  setStored(stored: readonly StoredModel[]): void;
}

/** Creates the store, not yet loaded. */
export function createCatalogueStore(readText: ReadText): CatalogueStore {
  const store = createStore<CatalogueState>(() => ({ status: "loading" }));
  const readList = async <T>(path: string, entry: z.ZodMiniType<T>): Promise<[T, ...T[]]> => {
    const [first, ...others] = z.array(entry).parse(JSON.parse(await readText(path)));
    if (first === undefined) throw new Error(`${path} is empty`);
    return [first, ...others];
  };
  return {
    ...store,
    async load() {
      try {
        const [models, datasets] = await Promise.all([
          readList("models/index.json", modelEntry),
          readList("datasets/index.json", datasetEntry),
        ]);
        store.setState({ status: "ready", models, datasets }, true);
      } catch (error) {
        const message = `The list of models and data sets could not be read (${messageOf(error)}). Build and serve the page again with "npm start".`;
        store.setState({ status: "failed", message }, true);
      }
    },
    addModel(name, files) {
      const state = store.getState();
      if (state.status !== "ready") throw new Error("the list of models is not loaded");
      const own = ownModel(name, files, state.models);
      const others = state.models.filter((model) => model.name !== own.name);
      store.setState({ ...state, models: [...others, own] }, true);
      return own.name;
    },
    setStored(stored) {
      const state = store.getState();
      if (state.status !== "ready") return;
      const others = state.models.filter((model) => model.stored === undefined);
      const complete = stored.filter(({ isComplete }) => isComplete).map(storedModel);
      store.setState({ ...state, models: [...others, ...complete] }, true);
    },
  };
}

/** The entry of a model that was fetched: its name says which version it is, as a link must. */
function storedModel({ repository, file, commit, source, bytes, folder }: StoredModel): ModelEntry {
  const title = file === null ? repository : `${repository}:${file}`;
  const description = `Commit ${commit.slice(0, 12)} from ${new URL(source).host}, ${fileSize(bytes)}, stored in this browser. Every byte is checked when a run starts; no network is needed.`;
  const name = `${repository}@${commit}${file === null ? "" : `:${file}`}`;
  return { name, title, description, parameters: null, stored: folder };
}

/** The entry of a model of the user's; never under the name of one that ships with the page. */
function ownModel(name: string, files: readonly ModelPart[], models: readonly ModelEntry[]): ModelEntry {
  const isTaken = models.some((model) => model.name === name && model.files === undefined);
  const size = fileSize(sum(files.map(({ blob }) => blob.size)));
  const what = files.length === 1 ? (files[0]?.path ?? name) : `${files.length} files`;
  const description = `${what}, ${size}, from this computer. It is read when a run starts and stays in this tab.`;
  return { name: isTaken ? `${name} (own)` : name, title: name, description, parameters: null, files };
}

/** What was thrown, in words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The entry of that name, or the default (the first) when `name` is null; null when there is none. */
export function chosenModel(state: CatalogueState, name: string | null): ModelEntry | null {
  if (state.status !== "ready") return null;
  return (name === null ? state.models[0] : state.models.find((model) => model.name === name)) ?? null;
}

/** The data set of that file, or the default (the first) when `file` is null; null when there is none. */
export function chosenDataset(state: CatalogueState, file: string | null): DatasetEntry | null {
  if (state.status !== "ready") return null;
  return (file === null ? state.datasets[0] : state.datasets.find((set) => set.file === file)) ?? null;
}
