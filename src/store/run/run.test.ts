import { describe, expect, test } from "vitest";
import type { WorkerEvent } from "../../worker/protocol.ts";
import { evaluationOf, groupOf, setupOf, startedEvent, stepOf, steppedEvent } from "../fixture.ts";
import { isInProgress, reduce, requested, startedRun, type Request, type RunState } from "./run.ts";
import { RESPONSES_KEPT, VOTES_KEPT } from "./record.ts";

const after = (...events: readonly WorkerEvent[]): RunState =>
  events.reduce(reduce, startedRun("r1", setupOf()));
const ask = (state: RunState, request: Request): RunState => requested(state, request) ?? state;

const paused: WorkerEvent = { type: "paused", runId: "r1" };
const stopped: WorkerEvent = { type: "stopped", runId: "r1" };
const finished: WorkerEvent = { type: "finished", runId: "r1" };

describe("the state of a run", () => {
  test("goes from starting to running to finished and keeps steps and evaluations", () => {
    const state = after(
      startedEvent,
      { type: "evaluated", runId: "r1", evaluation: evaluationOf(0) },
      steppedEvent(1),
      finished,
    );
    expect(state).toMatchObject({ status: "finished", activity: null, progress: null });
    expect(state).toHaveProperty("record.steps.length", 1);
    expect(state).toHaveProperty("record.evaluations.length", 1);
  });

  test("ignores events of another run", () => {
    const state = after(startedEvent, steppedEvent(1));
    expect(reduce(state, steppedEvent(2, "r0"))).toBe(state);
    expect(reduce({ status: "idle" }, steppedEvent(1))).toEqual({ status: "idle" });
  });

  test("has progress while the run is active, and none once it is paused", () => {
    const progress: WorkerEvent = { type: "progress", runId: "r1", phase: "sample", done: 3, total: 8 };
    const running = after(startedEvent, progress);
    expect(running).toHaveProperty("progress", { phase: "sample", done: 3, total: 8 });
    expect(reduce(running, paused)).toHaveProperty("progress", null);
  });

  test("keeps the votes of the latest steps only, and the numbers of all", () => {
    const steps = Array.from({ length: VOTES_KEPT + 5 }, (_, i) => steppedEvent(i + 1));
    const state = after(startedEvent, ...steps);
    expect(state).toHaveProperty("record.steps.length", VOTES_KEPT + 5);
    expect(state).toHaveProperty("record.votes.length", VOTES_KEPT);
    expect(state).toHaveProperty("record.votes.0.step", 6);
  });

  test("keeps fewer steps' votes when they are large, and the latest whatever its size", () => {
    const [response] = groupOf().responses;
    const responses = Array.from({ length: RESPONSES_KEPT / 2 + 1 }, () => response!);
    const large = (step: number): WorkerEvent => ({
      type: "stepped",
      runId: "r1",
      ...stepOf(step),
      groups: [{ ...groupOf(), responses }],
      findings: [],
    });
    expect(after(startedEvent, steppedEvent(1), large(2))).toHaveProperty("record.votes.length", 2);
    const state = after(startedEvent, large(1), large(2));
    expect(state).toHaveProperty("record.votes.length", 1);
    expect(state).toHaveProperty("record.votes.0.step", 2);
  });

  test("an evaluation of the same step replaces the earlier one", () => {
    const evaluated = (passAt1: number): WorkerEvent => ({
      type: "evaluated",
      runId: "r1",
      evaluation: evaluationOf(1, { passAt1 }),
    });
    const state = after(startedEvent, evaluated(0.1), evaluated(0.2));
    expect(state).toHaveProperty("record.evaluations.length", 1);
    expect(state).toHaveProperty("record.evaluations.0.passAt1", 0.2);
  });

  test("pauses after the current step, does a single step, and resumes", () => {
    const pausing = ask(after(startedEvent), "pause");
    expect(pausing.status).toBe("pausing");
    const resting = reduce(reduce(pausing, steppedEvent(1)), paused);
    expect(resting.status).toBe("paused");
    const stepping = ask(resting, "step");
    expect(stepping.status).toBe("pausing");
    expect(reduce(reduce(stepping, steppedEvent(2)), paused).status).toBe("paused");
    expect(ask(resting, "resume").status).toBe("running");
    expect(reduce(resting, { type: "resumed", runId: "r1" }).status).toBe("running");
  });

  test("rejects requests that do not apply to the state", () => {
    const starting = startedRun("r1", setupOf());
    const running = after(startedEvent);
    expect(requested(starting, "pause")).toBeNull();
    expect(requested(running, "step")).toBeNull();
    expect(requested(running, "export")).toBeNull();
    expect(requested({ status: "idle" }, "stop")).toBeNull();
    expect(requested(after(startedEvent, finished), "resume")).toBeNull();
    expect(requested(ask(after(startedEvent, paused), "export"), "resume")).toBeNull();
  });

  test("an export ends with its file, an evaluation with its result; the status is unchanged", () => {
    const exporting = ask(after(startedEvent, stopped), "export");
    expect(exporting).toMatchObject({ status: "stopped", activity: "exporting" });
    const exported: WorkerEvent = { type: "exported", runId: "r1", fileName: "a.zip", file: null };
    expect(reduce(exporting, exported)).toMatchObject({ status: "stopped", activity: null });
    const evaluating = ask(after(startedEvent, steppedEvent(1), finished), "evaluate");
    expect(evaluating).toHaveProperty("activity", "evaluating");
    const evaluated: WorkerEvent = { type: "evaluated", runId: "r1", evaluation: evaluationOf(1) };
    const done = reduce(evaluating, evaluated);
    expect(done).toMatchObject({ status: "finished", activity: null });
    expect(requested(done, "evaluate")).toBeNull(); // this policy has been evaluated
  });

  test("a refused or cancelled request leaves the status unchanged, and can be repeated", () => {
    const rested = after(startedEvent, steppedEvent(1), paused);
    expect(requested(rested, "cancel")).toBeNull();
    for (const request of ["evaluate", "export"] as const) {
      const refused: WorkerEvent = { type: "refused", runId: "r1", request, message: "out of memory" };
      expect(reduce(ask(rested, request), refused)).toEqual(rested);
      const cancelled: WorkerEvent = { type: "cancelled", runId: "r1", request };
      expect(reduce(ask(ask(rested, request), "cancel"), cancelled)).toEqual(rested);
    }
  });

  test("stopping before the model is loaded discards the run, stopping later keeps it", () => {
    expect(reduce(ask(startedRun("r1", setupOf()), "stop"), stopped)).toEqual({ status: "idle" });
    const stopping = ask(after(startedEvent, steppedEvent(1)), "stop");
    expect(isInProgress(stopping)).toBe(true);
    const state = reduce(stopping, stopped);
    expect(state).toMatchObject({ status: "stopped", record: { runId: "r1" } });
    expect(isInProgress(state)).toBe(false);
  });

  test("a failure keeps the record and has a message", () => {
    const state = after(startedEvent, steppedEvent(1), {
      type: "failed",
      runId: "r1",
      message: "No memory.",
    });
    expect(state).toMatchObject({
      status: "failed",
      message: "No memory.",
      device: { model: { layers: 4 } },
    });
    expect(state).toHaveProperty("record.steps.length", 1);
    expect(reduce(state, finished)).toBe(state);
  });
});
