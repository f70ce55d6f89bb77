/**
 * Returns a signal that aborts, with an error as its reason, when the device reports an error or is lost. WebGPU drops
 * faulty work silently and its buffers read as zeros, so later results are invalid.
 */
export function watchFaults(device: GPUDevice): AbortSignal {
  const controller = new AbortController();
  const fail = (message: string): void => controller.abort(new Error(message));
  device.addEventListener("uncapturederror", ({ error }) =>
    fail(`the GPU reported an error: ${error.message}`),
  );
  void device.lost.then((info) =>
    fail(`the GPU was lost (${info.message || info.reason}): start again, or choose another backend`),
  );
  return controller.signal;
}

/**
 * Awaits GPU work. If it fails because of a fault, rejects with the fault, whose message is more useful than that of the
 * failed work (an unreadable buffer, an error without text).
 */
export async function orFault<T>(fault: AbortSignal, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await new Promise((resolve) => setTimeout(resolve, 0)); // the loss may be reported after the errors it causes
    fault.throwIfAborted();
    throw error;
  }
}
