/** Main-thread end of the worker that reads data sets. Each data set has a worker of its own, which ends with it. */
import type { DatasetReading, ReadDataset } from "../../data/dataset.ts";
import type { DataAnswer, DataRequest } from "./dataWorker.ts";

/** Reads a data set in a worker. */
export const readInWorker: ReadDataset = (files, options, onPreview, signal) =>
  new Promise<DatasetReading>((resolve, reject) => {
    const worker = new Worker(new URL("./dataWorker.ts", import.meta.url), { type: "module", name: "data" });
    const questions: DatasetReading["questions"][number][] = [];
    const answerKey = new Map<string, string>();
    const end = (settle: () => void): void => {
      worker.terminate();
      settle();
    };
    worker.onmessage = ({ data }: MessageEvent<DataAnswer>) => {
      if (data.type === "preview") onPreview?.(data.preview);
      else if (data.type === "part") {
        questions.push(...data.questions);
        for (const [id, answer] of data.answers) answerKey.set(id, answer);
      } else if (data.type === "read") end(() => resolve({ ...data.rest, questions, answerKey }));
      else end(() => reject(new Error(data.problem)));
    };
    worker.onerror = ({ message }) =>
      end(() => reject(new Error(`The data set could not be read: the reader crashed (${message}).`)));
    signal?.addEventListener("abort", () => end(() => reject(new Error("Another data set was chosen."))));
    worker.postMessage({ files, options } satisfies DataRequest);
  });
