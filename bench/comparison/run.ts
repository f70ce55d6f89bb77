/** A whole comparison: its jobs one after another, and what they gave. */
import type { ContenderName } from "../contenders/contenders.ts";
import type { Limits } from "../kernels/limits.ts";
import type { Job, JobResult, Skipped } from "./job.ts";
import type { Check, Measurement } from "../contenders/workload.ts";

/** Where jobs run. */
export interface Runner {
  /** The browser, or Node. */
  readonly where: string;
  /** What the adapter reaches; null where there is no adapter. */
  readonly limits: Limits | null;
  readonly run: (job: Job) => Promise<JobResult>;
  readonly close: () => Promise<void>;
}

/** Everything that a report is written from. */
export interface Report {
  readonly date: string;
  readonly where: string;
  /** What was typed after `npm run bench`. */
  readonly command: string;
  readonly cores: number;
  /** Processes that wanted a core, of the last minute: when the run began, and when this was written. */
  readonly load: readonly [before: number, after: number];
  /** What the run was not asked for. */
  readonly notAsked: readonly string[];
  readonly limits: Limits | null;
  readonly budget: number;
  /** Who ran all of each workload, whatever the budget. */
  readonly full: readonly ContenderName[];
  readonly versions: Readonly<Record<string, string>>;
  readonly measurements: readonly (Measurement & { readonly contender: ContenderName })[];
  readonly skipped: readonly Skipped[];
}

/** Relative to the loss: two training steps in float32 on different orders of summation. */
export const LOSS_TOLERANCE = 1e-3;
/** Nats. */
export const LOGPROB_TOLERANCE = 1e-3;

/** Runs the jobs, and yields what there is after each; whoever computes something else than the first to be checked with the model is not reported. */
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

/** How a contender's results differ from another's; null when they are the same but for roundings. */
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
