/** Runs jobs for the program that drives this page, each in a worker of its own. */
import type { Job } from "../job.ts";
import type { FromWorker, Limits } from "./messages.ts";

/** What the driving program calls. */
interface BenchPage {
  readonly run: (job: Job | "limits") => Promise<unknown>;
}

declare global {
  interface Window {
    bench: BenchPage;
    /** Set by the driving program: a line of progress. */
    benchLog?: (line: string) => void;
  }
}

window.bench = {
  run: (job) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      const end = (): void => worker.terminate();
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if ("line" in data) return window.benchLog?.(data.line);
        end();
        if ("error" in data) reject(new Error(data.error));
        else resolve(data.result);
      };
      worker.onerror = (event) => {
        end();
        reject(new Error(event.message || "the worker did not start"));
      };
      worker.postMessage(job);
    }),
};

export type { Limits };
