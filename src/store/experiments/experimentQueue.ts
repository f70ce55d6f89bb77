/** Runs of one experiment, one after another: pure functions over what is done, under way and left. */

/** One cell of an experiment: one of its variants with one of its seeds. */
export interface Job {
  readonly variant: string;
  readonly seed: number;
}

/** What became of a job so far. "left" was never run to its end, because the user or two failures in a row said so. */
export type JobState =
  | { readonly status: "waiting" | "running" | "done" | "left" }
  | { readonly status: "failed"; readonly message: string };

export type QueuedJob = Job & JobState;

export interface Queue {
  /** Name of the experiment. */
  readonly experiment: string;
  readonly jobs: readonly QueuedJob[];
}

/** How a job ended. */
export type Outcome = Exclude<JobState, { readonly status: "waiting" | "running" }>;

/** A queue with nothing begun yet. */
export function queueOf(experiment: string, jobs: readonly Job[]): Queue {
  return { experiment, jobs: jobs.map(({ variant, seed }) => ({ variant, seed, status: "waiting" })) };
}

/** The job under way, if any. */
export function currentJob({ jobs }: Queue): QueuedJob | null {
  return jobs.find(({ status }) => status === "running") ?? null;
}

/** Whether no job runs or waits. */
export function isOver({ jobs }: Queue): boolean {
  return jobs.every(({ status }) => status !== "running" && status !== "waiting");
}

/** The queue with its first waiting job under way. */
export function beginNext(queue: Queue): Queue {
  const next = queue.jobs.findIndex(({ status }) => status === "waiting");
  return withJobs(queue, (job, i) => (i === next ? asState(job, { status: "running" }) : job));
}

/**
 * The queue after the job under way has ended. One failure does not keep the others from running: it may be the
 * variant's own. A second one in a row is hardly that, so what waits is left.
 */
export function settle(queue: Queue, outcome: Outcome): Queue {
  const at = queue.jobs.findIndex(({ status }) => status === "running");
  const settled = withJobs(queue, (job, i) => (i === at ? asState(job, outcome) : job));
  const before = queue.jobs[at - 1]?.status;
  return outcome.status === "failed" && before === "failed" ? leaveRest(settled) : settled;
}

/** The queue without its waiting jobs; the one under way goes on until it is settled. */
export function leaveRest(queue: Queue): Queue {
  return withJobs(queue, (job) => (job.status === "waiting" ? asState(job, { status: "left" }) : job));
}

/** How many jobs are in each state. */
export function tally({ jobs }: Queue): Readonly<Record<JobState["status"], number>> {
  const counts = { waiting: 0, running: 0, done: 0, left: 0, failed: 0 };
  for (const { status } of jobs) counts[status]++;
  return counts;
}

function withJobs(queue: Queue, change: (job: QueuedJob, index: number) => QueuedJob): Queue {
  return { ...queue, jobs: queue.jobs.map(change) };
}

function asState({ variant, seed }: Job, state: JobState): QueuedJob {
  return { variant, seed, ...state };
}
