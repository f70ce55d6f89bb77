/** The models and data sets to choose from: those shipped with the page and the user's models. */
import * as z from "zod/mini";
import { createStore, type StoreApi } from "zustand/vanilla";
import { fileSize } from "../../math/bytes.ts";
import { sum } from "../../math/stats.ts";
import type { StoredModel } from "../../worker/hub/hubClient.ts";
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

interface ModelEntry extends Omit<z.infer<typeof modelEntry>, "parameters"> {
  /** Null for the user's models, which are not read before a run starts. */
  readonly parameters: number | null;
  /** The model's files, if the user opened it. */
  readonly files?: readonly ModelPart[];
  /** The folder the model is stored in, if it was downloaded from a Hub. */
  readonly stored?: string;
}

export type DatasetEntry = z.infer<typeof datasetEntry>;

export type CatalogueState =
  | { readonly status: "loading" }
  /** The first model and the first data set are the defaults. */
  | {
      readonly status: "ready";
      readonly models: readonly ModelEntry[];
      readonly datasets: readonly DatasetEntry[];
    }
  | { readonly status: "failed"; readonly message: string };

/** Reads a text file that ships with the page. Rejects if it does not exist. */
export type ReadText = (path: string) => Promise<string>;

export interface CatalogueStore extends StoreApi<CatalogueState> {
  /** Reads both index files. Never rejects. */
  load(): Promise<void>;
  /** Adds the user's model, replacing one of the same name. Returns its name. Throws unless the lists are loaded. */
  addModel(name: string, files: readonly ModelPart[]): string;
  /** Replaces the models downloaded from a Hub. */
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
        const message = `The list of models and data sets could not be read (${messageOf(error)}). Run "npm start" to rebuild and serve the page.`;
        store.setState({ status: "failed", message }, true);
      }
    },
    addModel(name, files) {
      const state = store.getState();
      if (state.status !== "ready") throw new Error("the list of models is not loaded");
      const local = localModel(name, files, state.models);
      const others = state.models.filter((model) => model.name !== local.name);
      store.setState({ ...state, models: [...others, local] }, true);
      return local.name;
    },
    setStored(stored) {
      const state = store.getState();
      if (state.status !== "ready") return;
      const others = state.models.filter((model) => model.stored === undefined);
      const isModel = ({ repository }: StoredModel): boolean => !repository.startsWith("datasets/");
      const complete = stored.filter((one) => one.isComplete && isModel(one)).map(storedModel);
      store.setState({ ...state, models: [...others, ...complete] }, true);
    },
  };
}

/** The entry of a downloaded model. Its name includes the commit, so that a link identifies the version. */
function storedModel({ repository, file, commit, source, bytes, folder }: StoredModel): ModelEntry {
  const title = file === null ? repository : `${repository}:${file}`;
  const description = `Commit ${commit.slice(0, 12)} from ${new URL(source).host}, ${fileSize(bytes)}, stored in this browser. Checksums are verified when a run starts; no network is needed.`;
  const name = `${repository}@${commit}${file === null ? "" : `:${file}`}`;
  return { name, title, description, parameters: null, stored: folder };
}

/** The entry of the user's model, renamed if its name is taken. */
function localModel(name: string, files: readonly ModelPart[], models: readonly ModelEntry[]): ModelEntry {
  const isTaken = models.some((model) => model.name === name && model.files === undefined);
  const size = fileSize(sum(files.map(({ blob }) => blob.size)));
  const [single, second] = files;
  const what = single !== undefined && second === undefined ? single.path : `${files.length} files`;
  const description = `${what}, ${size}, from this computer. Loaded when a run starts; nothing is uploaded.`;
  return { name: isTaken ? `${name} (local)` : name, title: name, description, parameters: null, files };
}

/** Returns the message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns the model of that name, or the default (the first) for null. Returns null if there is none. */
export function chosenModel(state: CatalogueState, name: string | null): ModelEntry | null {
  if (state.status !== "ready") return null;
  return (name === null ? state.models[0] : state.models.find((model) => model.name === name)) ?? null;
}

/** Returns the data set of that file, or the default (the first) for null. Returns null if there is none. */
export function chosenDataset(state: CatalogueState, file: string | null): DatasetEntry | null {
  if (state.status !== "ready") return null;
  return (file === null ? state.datasets[0] : state.datasets.find((set) => set.file === file)) ?? null;
}
