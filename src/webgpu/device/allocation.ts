interface Disposable {
  readonly dispose: () => void;
}

/**
 * Returns what `allocate` makes, or null, with all of it disposed, when the GPU runs out of memory. WebGPU does not report
 * free memory, so allocating is the only test. Rejects on any other GPU error.
 */
export async function allocateOnGpu<Made extends Disposable>(
  device: Pick<GPUDevice, "pushErrorScope" | "popErrorScope">,
  allocate: () => Promise<Made>,
): Promise<Made | null> {
  device.pushErrorScope("validation"); // binding a buffer that was not allocated is a validation error
  device.pushErrorScope("out-of-memory");
  const making = allocate();
  await making.catch(() => null); // the scopes must be popped before it is thrown
  const shortage = await device.popErrorScope();
  const mistake = await device.popErrorScope();
  const made = await making;
  if (shortage === null && mistake === null) return made;
  made.dispose();
  if (shortage === null) throw new Error(`the GPU reported an error: ${mistake?.message ?? ""}`);
  return null;
}
