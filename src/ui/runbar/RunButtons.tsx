import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { Icon, type IconName } from "../Icon.tsx";
import { usePage, useRun, useSettings } from "../page.tsx";
import { startObstacle } from "../../store/startRun.ts";
import { memoryObstacle } from "../../store/setup/memory.ts";
import { requested, type RunState } from "../../store/run/run.ts";

type Main =
  | { readonly label: string; readonly icon: IconName; readonly does: "start" | "pause" | "resume" }
  | { readonly label: string; readonly icon: IconName; readonly does: null };

/** What the first button says and does in each state. */
const MAIN: Readonly<Record<RunState["status"], Main>> = {
  idle: { label: "Start", icon: "play", does: "start" },
  starting: { label: "Starting…", icon: "play", does: null },
  running: { label: "Pause", icon: "pause", does: "pause" },
  pausing: { label: "Pausing…", icon: "pause", does: null },
  paused: { label: "Resume", icon: "play", does: "resume" },
  stopping: { label: "Stopping…", icon: "play", does: null },
  stopped: { label: "Start new run", icon: "play", does: "start" },
  finished: { label: "Start new run", icon: "play", does: "start" },
  failed: { label: "Start new run", icon: "play", does: "start" },
};

/**
 * Start, pause and resume; step; stop. The first two are unavailable for a moment each time they are pressed: they
 * keep the focus then (`aria-disabled`, not `disabled`), so that Enter can be pressed again. What the run cannot take
 * it ignores.
 */
export function RunButtons() {
  const { lab } = usePage();
  const state = useRun((run) => run);
  const ask = (request: "step" | "stop"): void => lab.run.request(request);
  return (
    <div className="runbar__buttons" role="group" aria-label="Run">
      <MainButton state={state} />
      <button
        type="button"
        className="button"
        title="Do one step, then pause again (S)"
        aria-disabled={requested(state, "step") === null}
        onClick={() => ask("step")}
      >
        <Icon name="step" />
        Step
      </button>
      {state.status === "stopping" ? (
        <ForceStopButton />
      ) : (
        <button
          type="button"
          className="button"
          title="End the run; its weights can still be exported"
          disabled={requested(state, "stop") === null}
          onClick={() => ask("stop")}
        >
          <Icon name="stop" />
          Stop
        </button>
      )}
    </div>
  );
}

function MainButton({ state }: { readonly state: RunState }) {
  const { lab } = usePage();
  const obstacle = useObstacle();
  const { label, icon, does } = MAIN[state.status];
  const act = (): void => {
    if (does === "start") lab.start();
    else if (does !== null) lab.run.request(does);
  };
  const isResting = state.status === "paused" && state.activity !== null;
  return (
    <button
      type="button"
      className="button button--primary runbar__main"
      aria-disabled={does === null || isResting || (does === "start" && obstacle !== null)}
      onClick={act}
    >
      <Icon name={icon} />
      {label}
    </button>
  );
}

/** Why Start is not possible; null when it is. */
export function useObstacle(): string | null {
  const { lab } = usePage();
  const catalogue = useStore(lab.catalogue);
  const dataset = useStore(lab.dataset);
  const settings = useSettings((all) => all);
  const plan = useStore(lab.memory);
  return startObstacle(catalogue, dataset, settings) ?? memoryObstacle(plan);
}

/** A worker that does not answer a stop is deep in a computation: give it a moment, then offer force. */
const PATIENCE_MS = 5000;

function ForceStopButton() {
  const { lab } = usePage();
  const [isOffered, offer] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => offer(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <button
      type="button"
      className="button"
      disabled={!isOffered}
      title="End the worker at once; the trained weights are lost"
      onClick={() => lab.run.forceStop()}
    >
      <Icon name="stop" />
      {isOffered ? "Force stop" : "Stop"}
    </button>
  );
}
