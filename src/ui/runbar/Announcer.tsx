import { useEffect, useState } from "react";
import { percent } from "../format.ts";
import { usePage } from "../page.tsx";
import type { RunState } from "../../store/run/run.ts";

/** A screen reader hears how the run goes at most this often. */
const INTERVAL_MS = 10_000;

/** Tells screen readers how the run goes, without chattering. */
export function Announcer() {
  const { lab } = usePage();
  const [text, setText] = useState("");
  useEffect(() => {
    let spokenAt = -INTERVAL_MS;
    let status = lab.run.getState().status;
    return lab.pacedRun.subscribe((state) => {
      const isNews = state.status !== status;
      if (!isNews && performance.now() - spokenAt < INTERVAL_MS) return;
      status = state.status;
      spokenAt = performance.now();
      setText(announcement(state));
    });
  }, [lab]);
  return (
    <p className="unseen" role="status" aria-live="polite">
      {text}
    </p>
  );
}

function announcement(state: RunState): string {
  if (state.status === "idle") return "";
  if (state.status === "failed") return `The run failed. ${state.message}`;
  const { steps, evaluations, setup } = state.record;
  const accuracy = evaluations.at(-1)?.passAt1 ?? null;
  const measured = accuracy === null ? "" : ` pass@1 ${percent(accuracy)}.`;
  return `Run ${state.status}, step ${steps.length} of ${setup.config.steps}.${measured}`;
}
