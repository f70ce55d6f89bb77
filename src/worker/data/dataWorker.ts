/** The worker that reads data sets, so that large ones do not freeze the page. */
import {
  readDataset,
  type DatasetFile,
  type DatasetOptions,
  type DatasetReading,
} from "../../data/dataset.ts";

/** Page to worker. */
export interface DataRequest {
  readonly files: readonly DatasetFile[];
  readonly options: DatasetOptions;
}

/** Worker to page: the data set, or why it cannot be used. */
export type DataAnswer = { readonly reading: DatasetReading } | { readonly problem: string };

self.onmessage = ({ data: { files, options } }: MessageEvent<DataRequest>) => {
  readDataset(files, options).then(
    (reading) => self.postMessage({ reading } satisfies DataAnswer),
    (error: unknown) => {
      const problem = error instanceof Error ? error.message : String(error);
      self.postMessage({ problem } satisfies DataAnswer);
    },
  );
};
