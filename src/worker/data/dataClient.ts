/** Main-thread end of the worker that reads data sets. Each data set has a worker of its own, which ends with it. */
import type { DatasetReading, ReadDataset } from "../../data/dataset.ts";
import type { DataAnswer, DataRequest } from "./dataWorker.ts";

/** Reads a data set in a worker. */
export const readInWorker: ReadDataset = (files, options) =>
  new Promise<DatasetReading>((resolve, reject) => {
    const worker = new Worker(new URL("./dataWorker.ts", import.meta.url), { type: "module", name: "data" });
    const end = (settle: () => void): void => {
      worker.terminate();
      settle();
    };
    worker.onmessage = ({ data }: MessageEvent<DataAnswer>) =>
      end(() => ("reading" in data ? resolve(data.reading) : reject(new Error(data.problem))));
    worker.onerror = ({ message }) =>
      end(() => reject(new Error(`The data set could not be read: the reader crashed (${message}).`)));
    worker.postMessage({ files, options } satisfies DataRequest);
  });
