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
