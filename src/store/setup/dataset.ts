/** The current data set: an embedded one or the user's file. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type {
  DatasetFile,
  DatasetOptions,
  DatasetReading,
  Preview,
  ReadDataset,
} from "../../data/dataset.ts";
import { datasetName } from "../../experiments/experiment.ts";
import type { StudyMessage } from "../../worker/protocol.ts";
import { messageOf, type DatasetEntry, type ReadText } from "./catalogue.ts";

export type { Preview } from "../../data/dataset.ts";

/** A data set that can be trained on. */
export interface LoadedDataset {
  /** "part" is one level of an embedded data set. */
  readonly source: "embedded" | "part" | "file";
  readonly title: string;
  readonly fileName: string;
  readonly reading: DatasetReading;
  /** The user's files, to be read again with other options; absent for embedded data sets. */
  readonly files?: readonly DatasetFile[];
  readonly options?: DatasetOptions;
}

/** The data set in use is replaced only when another one was read successfully. */
export type DatasetState =
  | { readonly status: "none" }
  | {
      readonly status: "reading";
      readonly fileName: string;
      /** Null until the first rows are read, and for embedded data sets. */
      readonly preview: Preview | null;
      readonly inUse: LoadedDataset | null;
    }
  | { readonly status: "ready"; readonly inUse: LoadedDataset }
  | { readonly status: "failed"; readonly message: string; readonly inUse: LoadedDataset | null };

export interface DatasetStore extends StoreApi<DatasetState> {
  /** Loads an embedded data set, or one level of it. */
  loadEmbedded(entry: DatasetEntry, level?: string): Promise<void>;
  /** Reads the user's files: one file, an archive or a folder. */
  readFiles(title: string, files: readonly DatasetFile[], options?: DatasetOptions): Promise<void>;
  /** Reads the user's files again, with other options. */
  reread(options: DatasetOptions): Promise<void>;
}

/** Creates the store, empty. */
export function createDatasetStore(readText: ReadText, read: ReadDataset): DatasetStore {
  const store = createStore<DatasetState>(() => ({ status: "none" }));
  let latest = new AbortController(); // a slow load must not replace a later choice

  const showReading = (fileName: string, preview: Preview | null): void =>
    store.setState((state) => ({ status: "reading", fileName, preview, inUse: datasetInUse(state) }), true);

  const load = async (
    fileName: string,
    reading: (signal: AbortSignal) => Promise<LoadedDataset>,
  ): Promise<void> => {
    latest.abort();
    const { signal } = (latest = new AbortController());
    showReading(fileName, null);
    try {
      const inUse = await reading(signal);
      if (!signal.aborted) store.setState({ status: "ready", inUse }, true);
    } catch (error) {
      const message = messageOf(error);
      if (!signal.aborted)
        store.setState((state) => ({ status: "failed", message, inUse: datasetInUse(state) }), true);
    }
  };

  const readFiles: DatasetStore["readFiles"] = (title, files, options = {}) =>
    load(title, async (signal) => {
      const onPreview = (preview: Preview): void => {
        if (!signal.aborted) showReading(title, preview);
      };
      const reading = await read(files, options, onPreview, signal);
      return { source: "file", title, fileName: title, reading, files, options };
    });

  return {
    ...store,
    readFiles,
    loadEmbedded: (entry, level) => load(entry.file, () => readEmbedded(entry, { readText, read }, level)),
    async reread(options) {
      const { title, files } = datasetInUse(store.getState()) ?? {};
      if (title !== undefined && files !== undefined) await readFiles(title, files, options);
    },
  };
}

/** Reads an embedded data set, or one level of it. Rejects if there is no such level. */
export async function readEmbedded(
  { file, title }: DatasetEntry,
  { readText, read }: { readonly readText: ReadText; readonly read: ReadDataset },
  level?: string,
): Promise<LoadedDataset> {
  const text = await readText(`datasets/${file}`).catch((error: unknown) => {
    throw new Error(`${file} could not be loaded (${messageOf(error)}). Reload the page.`);
  });
  const reading = await read([{ path: file, blob: new Blob([text]) }], {});
  if (level === undefined) return { source: "embedded", title, fileName: file, reading };
  const questions = reading.questions.filter((question) => question.level === level);
  if (questions.length === 0)
    throw new Error(`${file}: no question has level ${level}. Choose another data set.`);
  const ids = new Set(questions.map(({ id }) => id));
  const answerKey = new Map([...reading.answerKey].filter(([id]) => ids.has(id)));
  const name = datasetName({ dataset: reading.name, level });
  const part = { ...reading, name, questions, answerKey };
  return { source: "part", title: `${title}, level ${level}`, fileName: file, reading: part };
}

/** Returns the data set a run would use. */
export function datasetInUse(state: DatasetState): LoadedDataset | null {
  return state.status === "none" ? null : state.inUse;
}

/** Returns the data set in the form the worker expects. */
export function studyOf({ reading, options }: LoadedDataset): StudyMessage {
  const { name, task, questions, answerKey } = reading;
  const study = { name, task, questions, answers: [...answerKey] };
  return options === undefined ? study : { ...study, datasetOptions: options };
}
