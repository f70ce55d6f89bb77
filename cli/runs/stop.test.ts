import { expect, test } from "vitest";
import { Stop } from "./stop.ts";

test("a stop while sampling aborts at once", () => {
  const stop = new Stop();
  stop.enter("sample");
  stop.request();
  expect(stop.signal.aborted).toBe(true);
  expect(stop.caused(stop.signal.reason)).toBe(true);
});

test("a stop while training waits for the step: the sampling after it is aborted", () => {
  const stop = new Stop();
  stop.enter("train");
  stop.request();
  expect(stop.signal.aborted).toBe(false);
  expect(stop.requested).toBe(true);
  stop.enter("sample");
  expect(stop.signal.aborted).toBe(true);
});

test("a failure ends training too, and is no stop", () => {
  const stop = new Stop();
  stop.enter("train");
  stop.fail(new Error("the GPU was lost"));
  expect(stop.signal.aborted).toBe(true);
  expect(stop.caused(stop.signal.reason)).toBe(false);
  expect(() => stop.throwIfFailed()).toThrow("the GPU was lost");
});

test("a failure after a stop is still a failure", () => {
  const stop = new Stop();
  stop.request();
  stop.fail(new Error("the GPU was lost"));
  expect(() => stop.throwIfFailed()).toThrow("the GPU was lost");
});
