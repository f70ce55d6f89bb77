/** Progress of a run as text and as a fraction. */
import { remainingSeconds } from "../../store/run/remaining.ts";
import type { StartedRun, Progress } from "../../store/run/run.ts";
import { fileSize } from "../../math/bytes.ts";
import { count, duration } from "../format.ts";

const PHASES: Readonly<Record<Progress["phase"], string>> = {
  load: "loading model",
  sample: "sampling",
  train: "training",
  evaluate: "evaluating",
  export: "writing",
};

const STATUS: Readonly<Record<StartedRun["status"], string>> = {
  starting: "starting",
  running: "running",
  pausing: "finishing step",
  paused: "paused",
  stopping: "stopping",
  stopped: "stopped",
  finished: "finished",
  failed: "failed",
};

/** Returns the current activity: "sampling 1,024 of 4,096". */
export function activityText(state: StartedRun): string {
  if (state.status === "failed") return STATUS.failed;
  const idle = "activity" in state ? (state.activity ?? STATUS[state.status]) : STATUS[state.status];
  const isIdle = "activity" in state && state.activity === null;
  return state.progress === null || isIdle ? idle : progressText(state.progress);
}

function progressText({ phase, done, total }: Progress): string {
  const amount = phase === "export" ? fileSize : count;
  return total > 1 ? `${PHASES[phase]} ${amount(done)} of ${amount(total)}` : PHASES[phase];
}

/** Returns the completed fraction of the current phase, or null if it is not counted. */
export function phaseShare(state: StartedRun): number | null {
  const progress = state.status === "failed" ? null : state.progress;
  return progress === null || progress.total === 0 ? null : Math.min(1, progress.done / progress.total);
}

/** Returns "about 5 min 3 s left", or null if it cannot be estimated or the run has ended. */
export function remainingText(state: StartedRun): string | null {
  if (state.status !== "running" && state.status !== "pausing" && state.status !== "paused") return null;
  const seconds = remainingSeconds(state.record);
  return seconds === null ? null : `about ${duration(seconds)} left`;
}
