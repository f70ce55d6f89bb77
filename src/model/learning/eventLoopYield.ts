/** Lets a worker hear its messages during long work. */

/** Longest time between two breaths in milliseconds: how late a worker may hear "stop". */
const INTERVAL = 50;

/**
 * A function to call between pieces of work: every 50 ms it waits for a task of the event loop, so that messages
 * arrive. Awaiting resolved promises alone gives microtasks, during which a worker hears nothing.
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
