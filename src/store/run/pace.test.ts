import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import { pacedStore } from "./pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a paced store changes at most once an interval and ends on the last value", () => {
  const source = createStore(() => ({ step: 0 }));
  const paced = pacedStore(source, (state) => state.step, 500);
  const seen: number[] = [];
  paced.subscribe((step) => seen.push(step));
  // A change every 100 ms for a second: at 0 the first, at 500 and 1000 the latest, then the last.
  for (let step = 1; step <= 11; step++) {
    source.setState({ step });
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(1000);
  expect(seen).toEqual([1, 5, 10, 11]);
  expect(paced.getState()).toBe(11);
});

test("a paced store is quiet when what it selects stays the same", () => {
  const source = createStore(() => ({ step: 1, progress: 0 }));
  const paced = pacedStore(source, (state) => state.step, 500);
  const listener = vi.fn();
  paced.subscribe(listener);
  source.setState({ progress: 1 });
  expect(listener).not.toHaveBeenCalled();
});
