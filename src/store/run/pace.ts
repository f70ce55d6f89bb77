/** A slower copy of a store, for views that cost too much to redraw at every change. */
import type { StoreApi } from "zustand/vanilla";

/** Charts redraw at most twice a second: a redraw takes tens of milliseconds of the CPU that also trains. */
const CHART_INTERVAL_MS = 500;

export type ReadableStore<T> = Pick<StoreApi<T>, "getState" | "subscribe" | "getInitialState">;

/**
 * A store of `select(source)` that changes at most once per `interval` milliseconds. The first change after a quiet
 * interval comes at once and the last one always arrives.
 */
export function pacedStore<S, T>(
  source: ReadableStore<S>,
  select: (state: S) => T,
  interval = CHART_INTERVAL_MS,
): ReadableStore<T> {
  const initial = select(source.getState());
  let current = initial;
  const listeners = new Set<(value: T, previous: T) => void>();
  let isWaiting = false;
  const update = (): void => {
    const previous = current;
    current = select(source.getState());
    if (Object.is(current, previous)) return;
    listeners.forEach((listener) => listener(current, previous));
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      update();
    }, interval);
  };
  source.subscribe(() => {
    if (!isWaiting) update();
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
