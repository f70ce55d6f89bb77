/** How far a run is, in words and as a share. */
import { remainingSeconds } from "../../store/run/remaining.ts";
import type { StartedRun, Progress } from "../../store/run/run.ts";
import { fileSize } from "../../math/bytes.ts";
import { count, duration } from "../format.ts";

const PHASES: Readonly<Record<Progress["phase"], string>> = {
  load: "loading the model",
  sample: "sampling",
  train: "training",
  evaluate: "evaluating",
  export: "writing",
};

/** What the run is doing in one phrase: "sampling 1,024 of 4,096". */
export function activityText(state: StartedRun): string {
  switch (state.status) {
    case "starting":
    case "running":
    case "pausing":
    case "stopping":
      return state.progress === null ? WAITING[state.status] : progressText(state.progress);
    case "paused":
    case "stopped":
    case "finished":
      return state.activity === null ? state.status : restingText(state.activity, state.progress);
    case "failed":
      return "failed";
    default:
      return state satisfies never;
  }
}

const WAITING = {
  starting: "starting the worker",
  running: "under way",
  pausing: "finishing the step",
  stopping: "stopping",
} as const;

function progressText({ phase, done, total }: Progress): string {
  const told = phase === "export" ? fileSize : count;
  return total > 1 ? `${PHASES[phase]} ${told(done)} of ${told(total)}` : PHASES[phase];
}

function restingText(activity: "evaluating" | "exporting", progress: Progress | null): string {
  return progress === null ? activity : progressText(progress);
}

/** Share of the current phase that is done, or null while nothing is counted. */
export function phaseShare(state: StartedRun): number | null {
  const progress = state.status === "failed" ? null : state.progress;
  return progress === null || progress.total === 0 ? null : Math.min(1, progress.done / progress.total);
}

/** "about 5 min 3 s left", or null when it cannot be told or nothing is left to do. */
export function remainingText(state: StartedRun): string | null {
  if (state.status !== "running" && state.status !== "pausing" && state.status !== "paused") return null;
  const seconds = remainingSeconds(state.record);
  return seconds === null ? null : `about ${duration(seconds)} left`;
}
