/** Progress of a queue of experiment runs as text. */
import type { Experiment } from "../../experiments/experiment.ts";
import { tally, type Job, type Queue } from "../../store/experiments/experimentQueue.ts";
import { count, counted } from "../format.ts";

/** Returns the progress of a running queue: "run 2 of 9, 0.2M, word, seed 0 · 1 failed". */
export function runningText({ variants }: Experiment, queue: Queue, job: Job): string {
  const position = queue.jobs.findIndex((each) => each.status === "running") + 1;
  const label = variants.find(({ name }) => name === job.variant)?.label ?? job.variant;
  const run = `run ${position} of ${queue.jobs.length}, ${label}, seed ${job.seed}`;
  return [run, ...problemsOf(queue, "skipped")].join(" · ");
}

/** Returns the outcome of a queue that has ended: "8 of 9 runs done, 1 failed. ...". */
export function finishedText(queue: Queue): string {
  const { done } = tally(queue);
  const all = queue.jobs.length;
  if (done === all) return `${counted(all, "run")} done.`;
  const problems = problemsOf(queue, "not completed").join(", ");
  return `${count(done)} of ${counted(all, "run")} done, ${problems}. Choose Run all to run the rest.`;
}

function problemsOf(queue: Queue, leftName: string): string[] {
  const { failed, left } = tally(queue);
  const problems = [[failed, "failed"] as const, [left, leftName] as const];
  return problems.filter(([jobs]) => jobs > 0).map(([jobs, name]) => `${count(jobs)} ${name}`);
}
