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
  const prototype = Object.getPrototypeOf(instance) as Record<string, (...args: unknown[]) => unknown>; // WebGPU's methods
  return calls.map((call) => {
    const original = prototype[call]!;
    prototype[call] = function (this: unknown, ...args) {
      counts[call] += 1;
      return original.apply(this, args);
    };
    return () => (prototype[call] = original);
  });
}
