/** Allocating as much as there may be memory for. */
interface Disposable {
  readonly dispose: () => void;
}

/**
 * What `allocate` makes; null, and all of it given back, when the GPU had no memory for it. Asking is the only way to
 * know: WebGPU tells limits of a buffer, not how much memory is free.
 */
export async function allocateOnGpu<Made extends Disposable>(
  device: Pick<GPUDevice, "pushErrorScope" | "popErrorScope">,
  allocate: () => Promise<Made>,
): Promise<Made | null> {
  device.pushErrorScope("validation"); // binding a buffer that got no memory is an error too
  device.pushErrorScope("out-of-memory");
  const making = allocate();
  await making.catch(() => null); // scopes are closed before it is thrown
  const shortage = await device.popErrorScope();
  const mistake = await device.popErrorScope();
  const made = await making;
  if (shortage === null && mistake === null) return made;
  made.dispose();
  if (shortage === null) throw new Error(`the GPU reported an error: ${mistake?.message ?? ""}`);
  return null;
}
