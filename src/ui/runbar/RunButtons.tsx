import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { Button } from "../Button.tsx";
import type { IconName } from "../Icon.tsx";
import { useIsLocked, usePage, useRun, useSettings } from "../page.tsx";
import { startObstacle } from "../../store/startRun.ts";
import { memoryObstacle } from "../../store/setup/memory.ts";
import { requested, type RunState } from "../../store/run/run.ts";

interface Main {
  readonly label: string;
  readonly icon: IconName;
  readonly does: "start" | "pause" | "resume" | null;
}

/** Label and action of the main button in each state. */
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
 * The buttons that control the run. The main button and Step are briefly unavailable after each press; they use
 * `aria-disabled` instead of `disabled` to keep the focus. The store ignores requests the run cannot accept.
 */
export function RunButtons() {
  const { lab } = usePage();
  const state = useRun((run) => run);
  return (
    <div className="runbar__buttons" role="group" aria-label="Run">
      <MainButton state={state} />
      <TryButton />
      <Button
        icon="step"
        title="Run one step, then pause (S)"
        aria-disabled={requested(state, "step") === null}
        onClick={() => lab.run.request("step")}
      >
        Step
      </Button>
      {state.status === "stopping" ? (
        <ForceStopButton />
      ) : (
        <Button
          icon="stop"
          title="End the run. The trained weights can still be exported."
          disabled={requested(state, "stop") === null}
          onClick={() => lab.run.request("stop")}
        >
          Stop
        </Button>
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
  const isBusy = state.status === "paused" && state.activity !== null;
  return (
    <Button
      look="primary"
      className="runbar__main"
      icon={icon}
      aria-disabled={does === null || isBusy || (does === "start" && obstacle !== null)}
      onClick={act}
    >
      {label}
    </Button>
  );
}

function TryButton() {
  const { lab } = usePage();
  const isLocked = useIsLocked();
  const obstacle = useObstacle();
  const isTrying = useStore(lab.tryOut, ({ status }) => status === "trying");
  return (
    <Button
      title="Sample 8 responses to 2 questions, and see prompt, answers and problems before a run"
      disabled={isLocked || isTrying || obstacle !== null}
      onClick={() => lab.tryFirst()}
    >
      Try it
    </Button>
  );
}

/** Returns why a run cannot be started, or null if it can. */
export function useObstacle(): string | null {
  const { lab } = usePage();
  const catalogue = useStore(lab.catalogue);
  const dataset = useStore(lab.dataset);
  const settings = useSettings((all) => all);
  const plan = useStore(lab.memory);
  return startObstacle(catalogue, dataset, settings) ?? memoryObstacle(plan);
}

/** Milliseconds until a worker that does not respond to Stop can be terminated. */
const STOP_TIMEOUT = 5000;

function ForceStopButton() {
  const { lab } = usePage();
  const [isOffered, offer] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => offer(true), STOP_TIMEOUT);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Button
      icon="stop"
      disabled={!isOffered}
      title="Terminate the worker. The trained weights are lost."
      onClick={() => lab.run.forceStop()}
    >
      {isOffered ? "Force stop" : "Stop"}
    </Button>
  );
}
