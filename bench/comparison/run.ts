/** A comparison: its jobs in sequence and their results. */
import type { ContenderName } from "../contenders/contenders.ts";
import type { Check, Measurement } from "../contenders/workload.ts";
import type { Job, JobResult, Skipped } from "./job.ts";
import type { Limits } from "./limits.ts";

/** Runs jobs in a browser or in Node. */
export interface Runner {
  /** Name and version of the browser, or of Node. */
  readonly where: string;
  /** Null without a WebGPU adapter. */
  readonly limits: Limits | null;
  readonly run: (job: Job) => Promise<JobResult>;
  readonly close: () => Promise<void>;
}

/** Settings and results of a comparison. */
export interface Report {
  readonly date: string;
  readonly where: string;
  /** The command line of the run. */
  readonly command: string;
  readonly cores: number;
  /** Load average of the last minute at the beginning and the end of the run. */
  readonly load: readonly [before: number, after: number];
  readonly limits: Limits | null;
  readonly budget: number;
  /** Contenders that ran each workload in full, regardless of the budget. */
  readonly full: readonly ContenderName[];
  readonly versions: Readonly<Record<string, string>>;
  readonly measurements: readonly (Measurement & { readonly contender: ContenderName })[];
  readonly skipped: readonly Skipped[];
}

/** Relative to the loss, after two training steps in float32 with different orders of summation. */
export const LOSS_TOLERANCE = 1e-3;
/** In nats. */
export const LOGPROB_TOLERANCE = 1e-3;

/** Runs the jobs and yields all results after each. Omits contenders whose results differ from those of the first on the model. */
export async function* compare(
  runner: Runner,
  jobs: readonly Job[],
  log: (line: string) => void,
): AsyncGenerator<Pick<Report, "measurements" | "skipped">> {
  const measurements: (Measurement & { contender: ContenderName })[] = [];
  const skipped: Skipped[] = [];
  const references = new Map<string, Check>();
  for (const job of jobs) {
    const { contender, model } = job;
    log(`${model}: ${contender}`);
    const result = await runner.run(job).catch((error: unknown): JobResult => {
      const reason = error instanceof Error ? error.message : String(error);
      return { check: null, measurements: [], skipped: [{ contender, model, what: "everything", reason }] };
    });
    skipped.push(...result.skipped);
    const reference = references.get(model);
    const difference = result.check && reference ? differenceOf(result.check, reference) : null;
    if (difference !== null) {
      skipped.push({ contender, model, what: "everything", reason: `its results are wrong: ${difference}` });
    } else {
      if (result.check && !reference) references.set(model, result.check);
      measurements.push(...result.measurements.map((measurement) => ({ ...measurement, contender })));
    }
    yield { measurements, skipped };
  }
}

/** Returns how a contender's results differ from another's, or null if they agree within the tolerances. */
export function differenceOf(found: Check, expected: Check): string | null {
  if (found.greedy.join() !== expected.greedy.join())
    return `its most probable tokens are ${found.greedy.join(" ")}, not ${expected.greedy.join(" ")}`;
  for (const [i, logprob] of (found.logprobs ?? []).entries()) {
    const other = expected.logprobs?.[i] ?? logprob;
    if (Math.abs(logprob - other) > LOGPROB_TOLERANCE)
      return `its logprob of token ${i + 1} is ${logprob}, not ${other}`;
  }
  for (const [i, loss] of (found.losses ?? []).entries()) {
    const other = expected.losses?.[i] ?? loss;
    if (Math.abs(loss - other) > LOSS_TOLERANCE * Math.max(0.1, Math.abs(other)))
      return `its loss ${i === 0 ? "before" : "after"} a training step is ${loss}, not ${other}`;
  }
  return null;
}
