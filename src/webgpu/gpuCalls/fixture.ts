/** For tests: counts WebGPU calls by wrapping the prototypes of a device and its parts. */

/** Counted calls: GPU work, round trips, and object creation. */
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

/** Counts the calls made while `work` runs. */
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

/** Buffers created since the watch began and not destroyed. */
interface GpuBytes {
  /** Bytes. */
  readonly held: () => number;
  /** The buffers. */
  readonly buffers: () => readonly Pick<GPUBuffer, "label" | "size">[];
  readonly end: () => void;
}

/** Watches the buffers created on a device. */
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

/** Returns the result of `work` and the buffers created while it ran. */
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

/** Wraps a method of the prototype of `instance` to report its result, object and arguments; returns a function that restores it. */
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
