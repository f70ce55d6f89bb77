/** The queue of an experiment's runs, which are made one after another, as pure functions. */

/** One run of an experiment: a variant and a seed. */
export interface Job {
  readonly variant: string;
  readonly seed: number;
}

/** The state of a job. "left" was not completed: the user stopped it, or two failures in a row ended the queue. */
export type JobState =
  | { readonly status: "waiting" | "running" | "done" | "left" }
  | { readonly status: "failed"; readonly message: string };

export type QueuedJob = Job & JobState;

export interface Queue {
  /** Name of the experiment. */
  readonly experiment: string;
  readonly jobs: readonly QueuedJob[];
}

export type Outcome = Exclude<JobState, { readonly status: "waiting" | "running" }>;

/** Returns a queue in which all jobs are waiting. */
export function queueOf(experiment: string, jobs: readonly Job[]): Queue {
  return { experiment, jobs: jobs.map(({ variant, seed }) => ({ variant, seed, status: "waiting" })) };
}

/** Returns the running job, or null. */
export function currentJob({ jobs }: Queue): QueuedJob | null {
  return jobs.find(({ status }) => status === "running") ?? null;
}

/** Whether no job is running or waiting. */
export function isOver({ jobs }: Queue): boolean {
  return jobs.every(({ status }) => status !== "running" && status !== "waiting");
}

/** Returns the queue with its first waiting job running. */
export function beginNext(queue: Queue): Queue {
  const next = queue.jobs.findIndex(({ status }) => status === "waiting");
  return withJobs(queue, (job, i) => (i === next ? asState(job, { status: "running" }) : job));
}

/**
 * Returns the queue after the running job has ended. After one failure the others still run, as the cause may be
 * the variant; a second one in a row has another cause, so the waiting jobs are dropped.
 */
export function settle(queue: Queue, outcome: Outcome): Queue {
  const at = queue.jobs.findIndex(({ status }) => status === "running");
  const settled = withJobs(queue, (job, i) => (i === at ? asState(job, outcome) : job));
  const before = queue.jobs[at - 1]?.status;
  return outcome.status === "failed" && before === "failed" ? leaveRest(settled) : settled;
}

/** Returns the queue with its waiting jobs dropped; the running one is not affected. */
export function leaveRest(queue: Queue): Queue {
  return withJobs(queue, (job) => (job.status === "waiting" ? asState(job, { status: "left" }) : job));
}

/** Returns the number of jobs in each state. */
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
