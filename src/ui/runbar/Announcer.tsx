import { useEffect, useState } from "react";
import { percent } from "../format.ts";
import { usePage } from "../page.tsx";
import type { RunState } from "../../store/run/run.ts";

/** Milliseconds between announcements to screen readers. */
const INTERVAL = 10_000;

/** Announces the progress of the run to screen readers. */
export function Announcer() {
  const { lab } = usePage();
  const [text, setText] = useState("");
  useEffect(() => {
    let announcedAt = -INTERVAL;
    let status = lab.run.getState().status;
    return lab.pacedRun.subscribe((state) => {
      const isNewStatus = state.status !== status;
      if (!isNewStatus && performance.now() - announcedAt < INTERVAL) return;
      status = state.status;
      announcedAt = performance.now();
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
