/** For tests: counts calls of WebGPU, whoever makes them, by wrapping the prototypes of a device and its parts. */

/** What a call costs: work for the GPU, trips to it, or objects made on the host. */
const COUNTED = {
  device: [
    "createBuffer",
    "createBindGroup",
    "createShaderModule",
    "createComputePipeline",
    "createComputePipelineAsync",
  ],
  queue: ["writeBuffer", "submit"],
  pass: ["dispatchWorkgroups"],
  buffer: ["mapAsync"],
} as const;

type GpuCall = (typeof COUNTED)[keyof typeof COUNTED][number];

/** How often each call was made while `work` ran. */
export async function countGpuCalls(
  device: GPUDevice,
  work: () => Promise<unknown>,
): Promise<Record<GpuCall, number>> {
  const counts = Object.fromEntries(
    Object.values(COUNTED).flatMap((calls) => calls.map((call) => [call, 0])),
  ) as Record<GpuCall, number>;
  const restore = [
    ...wrap(device, COUNTED.device, counts),
    ...wrap(device.queue, COUNTED.queue, counts),
    ...wrap(device.createBuffer({ size: 4, usage: GPUBufferUsage.COPY_DST }), COUNTED.buffer, counts),
    ...wrapPass(device, counts),
  ];
  counts.createBuffer = 0; // ours, above
  try {
    await work();
  } finally {
    for (const undo of restore) undo();
  }
  return counts;
}

function wrapPass(device: GPUDevice, counts: Record<GpuCall, number>): (() => void)[] {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const undo = wrap(pass, COUNTED.pass, counts);
  pass.end();
  encoder.finish();
  return undo;
}

function wrap(instance: object, calls: readonly GpuCall[], counts: Record<GpuCall, number>): (() => void)[] {
  return calls.map((call) => replace(instance, call, () => (counts[call] += 1)));
}

/** What was made since and not destroyed, whoever makes it. */
interface GpuBytes {
  /** Bytes. */
  readonly held: () => number;
  /** The buffers themselves. */
  readonly buffers: () => readonly Pick<GPUBuffer, "label" | "size">[];
  readonly end: () => void;
}

/** Watches the buffers of a device. */
export function watchGpuBytes(device: GPUDevice): GpuBytes {
  const sizes = new Map<unknown, Pick<GPUBuffer, "label" | "size">>();
  const made = device.createBuffer({ size: 4, usage: GPUBufferUsage.COPY_DST });
  const restore = [
    replace(device, "createBuffer", (buffer, _, [descriptor]) => {
      const { label = "", size } = descriptor as GPUBufferDescriptor;
      sizes.set(buffer, { label, size });
    }),
    replace(made, "destroy", (_, buffer) => sizes.delete(buffer)),
  ];
  return {
    held: () => [...sizes.values()].reduce((sum, { size }) => sum + size, 0),
    buffers: () => [...sizes.values()],
    end: () => restore.forEach((undo) => undo()),
  };
}

/** What `work` results in, and the buffers that were made while it ran, whoever made them. */
export async function recordBuffers<Result>(
  device: GPUDevice,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly buffers: readonly GPUBuffer[] }> {
  const buffers: GPUBuffer[] = [];
  const undo = replace(device, "createBuffer", (buffer) => buffers.push(buffer as GPUBuffer)); // what it returns
  try {
    return { result: await work(), buffers };
  } finally {
    undo();
  }
}

/** Has a method of all objects like `instance` tell its result, object and arguments; returns what undoes it. */
function replace(
  instance: object,
  method: string,
  tell: (result: unknown, object: unknown, args: readonly unknown[]) => void,
): () => void {
  const prototype = Object.getPrototypeOf(instance) as Record<string, (...args: unknown[]) => unknown>; // WebGPU's methods
  const original = prototype[method]!;
  prototype[method] = function (this: unknown, ...args) {
    const result = original.apply(this, args);
    tell(result, this, args);
    return result;
  };
  return () => void (prototype[method] = original);
}
