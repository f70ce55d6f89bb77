/** A throttled copy of a store, for views that are too expensive to redraw on every change. */
import type { StoreApi } from "zustand/vanilla";

/** Milliseconds. A redraw of the charts takes tens of milliseconds of the CPU that also trains. */
const CHART_INTERVAL = 500;

export type ReadableStore<T> = Pick<StoreApi<T>, "getState" | "subscribe" | "getInitialState">;

/**
 * Returns a copy of `source` that changes at most once per `interval` milliseconds. The first change after a quiet
 * interval is passed on immediately; the last change is never dropped.
 */
export function pacedStore<T>(source: ReadableStore<T>, interval = CHART_INTERVAL): ReadableStore<T> {
  const initial = source.getState();
  let current = initial;
  const listeners = new Set<(value: T, previous: T) => void>();
  let isPending = false;
  const update = (): void => {
    const previous = current;
    current = source.getState();
    if (Object.is(current, previous)) return;
    listeners.forEach((listener) => listener(current, previous));
    isPending = true;
    setTimeout(() => {
      isPending = false;
      update();
    }, interval);
  };
  source.subscribe(() => {
    if (!isPending) update();
  });
  return {
    getState: () => current,
    getInitialState: () => initial,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
