/** Yields to the event loop during long computations, so that a worker can process messages. */

/** Maximum milliseconds between two yields: the longest delay until a worker processes "stop". */
const INTERVAL = 50;

/**
 * Returns a function to await between pieces of work: every 50 ms it yields a macrotask (microtasks would not let messages
 * in), and it throws if `signal` is aborted.
 */
export function createYield(signal?: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last >= INTERVAL) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      last = performance.now();
    }
    signal?.throwIfAborted();
  };
}
