import { expect, test } from "vitest";
import { evaluationOf, setupOf, startedEvent, steppedEvent, stepOf } from "../fixture.ts";
import { reportOf } from "./report.ts";
import { reduce, startedRun } from "./run.ts";

const chosen = { datasetOptions: { limit: 9 }, prompt: { system: "Be brief.", suffix: "" } };
const starting = startedRun("r1", { ...setupOf(), ...chosen });

test("the report has the run by name, with what computes it, and all it has measured", () => {
  const state = [
    startedEvent,
    { type: "evaluated", runId: "r1", evaluation: evaluationOf(0) } as const,
    steppedEvent(1),
  ].reduce(reduce, starting);
  expect(reportOf(state)).toEqual({
    run: {
      ...{ model: "base-64", dataset: "word", ...chosen },
      ...{ backend: startedEvent.backend, config: setupOf().config },
    },
    steps: [stepOf(1)],
    evaluations: [evaluationOf(0)],
  });
});

test("there is nothing to report before a backend runs", () => {
  expect(reportOf({ status: "idle" })).toBeNull();
  expect(reportOf(starting)).toBeNull();
  expect(reportOf(reduce(starting, { type: "failed", runId: "r1", message: "no model" }))).toBeNull();
});

test("a failed run reports what it measured", () => {
  const state = [startedEvent, steppedEvent(1)].reduce(reduce, starting);
  const failed = reduce(state, { type: "failed", runId: "r1", message: "the GPU was lost" });
  expect(reportOf(failed)).toEqual(reportOf(state));
});
