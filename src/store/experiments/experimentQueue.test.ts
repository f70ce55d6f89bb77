import { describe, expect, test } from "vitest";
import {
  beginNext,
  currentJob,
  isOver,
  leaveRest,
  queueOf,
  settle,
  tally,
  type Outcome,
  type Queue,
} from "./experimentQueue.ts";

const JOBS = ["a", "b", "c", "d"].map((variant) => ({ variant, seed: 1 }));
const DONE: Outcome = { status: "done" };
const FAILED: Outcome = { status: "failed", message: "the GPU was lost" };

function after(...outcomes: readonly Outcome[]): Queue {
  return outcomes.reduce((queue, outcome) => settle(beginNext(queue), outcome), queueOf("main", JOBS));
}

const statuses = ({ jobs }: Queue): string[] => jobs.map(({ status }) => status);

describe("a queue of runs", () => {
  test("runs its jobs in order, one at a time", () => {
    const queue = beginNext(after(DONE));
    expect(currentJob(queue)).toMatchObject({ variant: "b", seed: 1 });
    expect(statuses(queue)).toEqual(["done", "running", "waiting", "waiting"]);
  });

  test("has ended when every job has ended, successfully or not", () => {
    expect(isOver(after(DONE, FAILED, DONE))).toBe(false);
    const over = after(DONE, FAILED, DONE, { status: "left" });
    expect(isOver(over)).toBe(true);
    expect(currentJob(over)).toBeNull();
    expect(tally(over)).toEqual({ waiting: 0, running: 0, done: 2, left: 1, failed: 1 });
  });

  test("continues after a failure, and keeps its message", () => {
    const queue = after(FAILED);
    expect(statuses(queue)).toEqual(["failed", "waiting", "waiting", "waiting"]);
    expect(queue.jobs[0]).toMatchObject({ message: "the GPU was lost" });
  });

  test("drops the waiting jobs after two failures in a row", () => {
    expect(statuses(after(FAILED, DONE, FAILED))).toEqual(["failed", "done", "failed", "waiting"]);
    expect(statuses(after(DONE, FAILED, FAILED))).toEqual(["done", "failed", "failed", "left"]);
  });

  test("drops the waiting jobs when it is stopped, but not the running one", () => {
    const queue = leaveRest(beginNext(after(DONE)));
    expect(statuses(queue)).toEqual(["done", "running", "left", "left"]);
    expect(statuses(settle(queue, DONE))).toEqual(["done", "done", "left", "left"]);
  });
});
