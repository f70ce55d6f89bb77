/** Runs jobs for the program that drives this page, each in a worker of its own. */
import type { FromWorker, Job } from "../job.ts";

declare global {
  interface Window {
    bench: { readonly run: (job: Job | "limits") => Promise<unknown> };
    /** Logs a line of progress; set by the driving program. */
    benchLog?: (line: string) => void;
  }
}

window.bench = {
  run: (job) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        if ("line" in data) return window.benchLog?.(data.line);
        worker.terminate();
        if ("error" in data) reject(new Error(data.error));
        else resolve(data.result);
      };
      worker.onerror = (event) => {
        worker.terminate();
        reject(new Error(event.message || "the worker did not start"));
      };
      worker.postMessage(job);
    }),
};
