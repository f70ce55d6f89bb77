/** Progress of a queue of experiment runs as text. */
import type { Experiment } from "../../experiments/experiment.ts";
import { tally, type Job, type Queue } from "../../store/experiments/experimentQueue.ts";
import { count, counted } from "../format.ts";

/** "run 2 of 9, 0.2M, word, seed 0 · 1 failed". */
export function underWayText({ variants }: Experiment, queue: Queue, job: Job): string {
  const { failed, left } = tally(queue);
  const position = queue.jobs.findIndex((each) => each.status === "running") + 1;
  const label = variants.find(({ name }) => name === job.variant)?.label ?? job.variant;
  const problems = [
    ...(failed === 0 ? [] : [`${count(failed)} failed`]),
    ...(left === 0 ? [] : [`${count(left)} skipped`]),
  ];
  return [`run ${position} of ${queue.jobs.length}, ${label}, seed ${job.seed}`, ...problems].join(" · ");
}

/** "8 of 9 runs done, 1 failed. ...". */
export function overText(queue: Queue): string {
  const { done, failed, left } = tally(queue);
  const all = queue.jobs.length;
  if (done === all) return `${counted(all, "run")} done.`;
  const problems = [
    ...(failed === 0 ? [] : [`${count(failed)} failed`]),
    ...(left === 0 ? [] : [`${count(left)} not completed`]),
  ];
  return `${count(done)} of ${counted(all, "run")} done, ${problems.join(", ")}. Choose Run all to run the rest.`;
}
