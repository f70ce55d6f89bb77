import { expect, test } from "vitest";
import { evaluationOf, recordOf, setupOf, startedEvent, stepOf } from "../../store/fixture.ts";
import { reduce, startedRun, type StartedRun, type Progress } from "../../store/run/run.ts";
import { activityText, phaseShare, remainingText } from "./progressText.ts";

const begun = (progress: Progress | null): StartedRun => {
  const state = reduce(startedRun("r1", setupOf()), startedEvent);
  const after = progress === null ? state : reduce(state, { type: "progress", runId: "r1", ...progress });
  if (after.status === "idle") throw new Error("the run has begun");
  return after;
};

test("the activity and its progress are shown", () => {
  const sampling = begun({ phase: "sample", done: 512, total: 1024 });
  expect(activityText(sampling)).toBe("sampling 512 of 1,024");
  expect(phaseShare(sampling)).toBe(0.5);
  expect(activityText(begun(null))).toBe("running");
  expect(phaseShare(begun(null))).toBeNull();
});

test("a settled run shows its status or its activity", () => {
  const record = recordOf();
  const rest = { status: "paused", record, device: startedEvent, progress: null } as const;
  expect(activityText({ ...rest, activity: null })).toBe("paused");
  expect(activityText({ ...rest, activity: "exporting" })).toBe("exporting");
  const progress = { phase: "export", done: 12e6, total: 1.08e9 } as const;
  expect(activityText({ ...rest, activity: "exporting", progress })).toBe("writing 12 MB of 1.1 GB");
});

test("the remaining time is shown until the run ends", () => {
  const setup = setupOf({ steps: 3 });
  const record = recordOf({ setup, steps: [stepOf(1)], evaluations: [evaluationOf(3)] });
  const run = { record, device: startedEvent, progress: null } as const;
  expect(remainingText({ ...run, status: "running" })).toBe("about 6 s left"); // two steps of 3 s
  expect(remainingText({ ...run, status: "finished", activity: null })).toBeNull();
});
