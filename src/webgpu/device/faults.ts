/**
 * A signal that aborts, with an error as its reason, when the GPU reports an error or is lost. Work in error is dropped
 * silently and its buffers read as zeros, so nothing after that can be trusted.
 */
export function watchFaults(device: GPUDevice): AbortSignal {
  const controller = new AbortController();
  const fail = (message: string): void => controller.abort(new Error(message));
  device.addEventListener("uncapturederror", ({ error }) =>
    fail(`the GPU reported an error: ${error.message}`),
  );
  void device.lost.then((info) =>
    fail(`the GPU was lost (${info.message || info.reason}): start again, or take another backend`),
  );
  return controller.signal;
}

/**
 * Waits for work on the GPU. What a fault makes of it says little (a buffer that cannot be read, an error without a
 * text), so the fault itself is thrown in its place.
 */
export async function orFault<T>(fault: AbortSignal, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await new Promise((resolve) => setTimeout(resolve, 0)); // the loss may be told after what it caused
    fault.throwIfAborted();
    throw error;
  }
}
