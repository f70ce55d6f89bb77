/** What ships with the page: the embedded models and data sets, as their index files list them. */
import * as z from "zod/mini";
import { createStore, type StoreApi } from "zustand/vanilla";

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

export type ModelEntry = z.infer<typeof modelEntry>;
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
  };
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
