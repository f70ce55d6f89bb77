import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { pacedStore } from "./pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a paced store changes at most once per interval, ends on the last value and is then quiet", () => {
  const source = createStore(() => ({ step: 0 }));
  const paced = pacedStore(source, 500);
  const seen: number[] = [];
  paced.subscribe(({ step }) => seen.push(step));
  // One change every 100 ms for a second: the first at 0 ms, the latest at 500 and 1000 ms, then the last.
  for (let step = 1; step <= 11; step++) {
    source.setState({ step });
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual([1, 5, 10, 11]);
  expect(paced.getState()).toEqual({ step: 11 });
});
