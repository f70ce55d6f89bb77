/** The current data set: an embedded one or the user's file. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { DatasetError } from "../../data/datasetError.ts";
import { MAX_DATASET_BYTES, readDataset, type DatasetReading } from "../../data/dataset.ts";
import { datasetName } from "../../experiments/experiment.ts";
import type { StudyMessage } from "../../worker/protocol.ts";
import { messageOf, type DatasetEntry, type ReadText } from "./catalogue.ts";

/** A data set that can be trained on. */
export interface LoadedDataset {
  /** "part" is one level of an embedded data set. */
  readonly source: "embedded" | "part" | "file";
  readonly title: string;
  readonly fileName: string;
  readonly reading: DatasetReading;
}

/** The data set in use is replaced only when another one was read successfully. */
export type DatasetState =
  | { readonly status: "none" }
  | { readonly status: "reading"; readonly fileName: string; readonly inUse: LoadedDataset | null }
  | { readonly status: "ready"; readonly inUse: LoadedDataset }
  | { readonly status: "failed"; readonly message: string; readonly inUse: LoadedDataset | null };

/** The members of a browser's `File` that are used here. */
export interface TextFile {
  readonly name: string;
  readonly size: number;
  text(): Promise<string>;
}

export interface DatasetStore extends StoreApi<DatasetState> {
  /** Loads an embedded data set, or one level of it. */
  loadEmbedded(entry: DatasetEntry, level?: string): Promise<void>;
  /** Reads the text of the user's file. */
  readFile(fileName: string, text: string): void;
}

/** Creates the store, empty. */
export function createDatasetStore(readText: ReadText): DatasetStore {
  const store = createStore<DatasetState>(() => ({ status: "none" }));
  let latest = 0; // a slow load must not replace a later choice

  const fail = (message: string): void =>
    store.setState((state) => ({ status: "failed", message, inUse: datasetInUse(state) }), true);

  const use = (read: () => LoadedDataset): void => {
    try {
      store.setState({ status: "ready", inUse: read() }, true);
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      fail(error.message);
    }
  };

  return {
    ...store,
    async loadEmbedded(entry, level) {
      const { file } = entry;
      const turn = ++latest;
      store.setState((state) => ({ status: "reading", fileName: file, inUse: datasetInUse(state) }), true);
      const text = await readText(`datasets/${file}`).catch((error: unknown) => {
        if (turn === latest) fail(`${file} could not be loaded (${messageOf(error)}). Reload the page.`);
        return null;
      });
      if (text !== null && turn === latest) use(() => readEmbedded(entry, text, level));
    },
    readFile(fileName, text) {
      latest++;
      use(() => ({ source: "file", title: fileName, fileName, reading: readDataset(fileName, text) }));
    },
  };
}

/** Reads the text of an embedded data set, or one level of it. Throws a DatasetError if there is no such level. */
export function readEmbedded({ file, title }: DatasetEntry, text: string, level?: string): LoadedDataset {
  const reading = readDataset(file, text);
  if (level === undefined) return { source: "embedded", title, fileName: file, reading };
  const questions = reading.questions.filter((question) => question.level === level);
  if (questions.length === 0) {
    throw new DatasetError(file, `no question has level ${level}`, "Choose another data set.");
  }
  const ids = new Set(questions.map(({ id }) => id));
  const answerKey = new Map([...reading.answerKey].filter(([id]) => ids.has(id)));
  const name = datasetName({ dataset: reading.name, level });
  const part = { ...reading, name, questions, answerKey };
  return { source: "part", title: `${title}, level ${level}`, fileName: file, reading: part };
}

/** Returns the text of the user's file. Throws a DatasetError if it is too large. */
export async function textOf(file: TextFile): Promise<string> {
  if (file.size > MAX_DATASET_BYTES) {
    const [size, limit] = [file.size, MAX_DATASET_BYTES].map((bytes) => `${Math.ceil(bytes / 2 ** 20)} MiB`);
    throw new DatasetError(
      file.name,
      `the file is ${size}, the limit is ${limit}`,
      "Split it and open one part.",
    );
  }
  return file.text();
}

/** Returns the data set a run would use. */
export function datasetInUse(state: DatasetState): LoadedDataset | null {
  return state.status === "none" ? null : state.inUse;
}

/** Returns the data set in the form the worker expects. */
export function studyOf({ reading }: LoadedDataset): StudyMessage {
  const { name, task, questions, answerKey } = reading;
  return { name, task, questions, answers: [...answerKey] };
}
