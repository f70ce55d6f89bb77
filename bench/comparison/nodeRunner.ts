/** Runs jobs in Node through Dawn, each in a process of its own: for a GPU machine without a browser. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { CONTENDERS } from "../contenders/contenders.ts";
import type { Job, JobResult } from "./job.ts";
import type { Limits } from "./limits.ts";
import type { Runner } from "./run.ts";

export async function openNode(): Promise<Runner> {
  return {
    where: `Node ${process.version}`,
    limits: (await inProcess("limits")) as Limits | null,
    run: async (job) => {
      const { contender, model } = job;
      if (CONTENDERS[contender].browserOnly !== true) return (await inProcess(job)) as JobResult;
      const skipped = { contender, model, what: "everything", reason: "it runs in browsers only" };
      return { check: null, measurements: [], skipped: [skipped] };
    },
    close: () => Promise.resolve(),
  };
}

/** Returns the result of a process of nodeJob.ts. */
function inProcess(job: Job | "limits"): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const program = join(import.meta.dirname, "nodeJob.ts");
    const child = spawn(process.execPath, ["--import", "tsx", program, JSON.stringify(job)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(output.slice(output.search(/[{[]|null/))));
      else reject(new Error(`the process ended with ${code ?? "a signal"}`));
    });
  });
}
