/** Notes a graph's dispatches by wrapping WebGPU's prototypes, and runs one again by itself on the same buffers. */

/** A dispatch as it was recorded. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number];
}

/** Seconds to repeat a kernel for. */
const BUDGET = 0.05;

/** Dispatches of the same pipeline and size. */
export function groupsOf(dispatches: readonly Dispatch[]): Dispatch[][] {
  const groups = new Map<string, Dispatch[]>();
  for (const dispatch of dispatches) {
    const key = `${dispatch.pipeline.label} ${dispatch.workgroups.join()}`;
    groups.set(key, [...(groups.get(key) ?? []), dispatch]);
  }
  return [...groups.values()];
}

/** What `work` dispatches. */
export async function recorded(device: GPUDevice, work: () => Promise<unknown>): Promise<Dispatch[]> {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const prototype = Object.getPrototypeOf(pass) as object;
  pass.end();
  encoder.finish();
  const dispatches: Dispatch[] = [];
  let [pipeline, group]: [GPUComputePipeline | null, GPUBindGroup | null] = [null, null];
  const undo = [
    observe(prototype, "setPipeline", (chosen) => (pipeline = chosen as GPUComputePipeline)),
    observe(prototype, "setBindGroup", (_, chosen) => (group = chosen as GPUBindGroup)),
    observe(prototype, "dispatchWorkgroups", (x, y) => {
      if (pipeline !== null && group !== null)
        dispatches.push({ pipeline, group, workgroups: [Number(x), Number(y)] });
    }),
  ];
  try {
    await work();
  } finally {
    for (const restore of undo) restore();
  }
  return dispatches;
}

/** Shows the arguments of a method's calls to `look`; returns what puts the method back. */
function observe(
  prototype: object,
  method: "setPipeline" | "setBindGroup" | "dispatchWorkgroups",
  look: (...args: unknown[]) => unknown,
): () => void {
  const methods = prototype as Record<string, (...args: unknown[]) => unknown>; // WebGPU's methods
  const original = methods[method];
  if (original === undefined) throw new Error(`a compute pass has no ${method}`);
  methods[method] = function (this: unknown, ...args) {
    look(...args);
    return original.apply(this, args);
  };
  return () => (methods[method] = original);
}

/** Of one dispatch: the fastest of some submissions. */
export async function secondsOf(
  device: GPUDevice,
  { pipeline, group, workgroups }: Dispatch,
): Promise<number> {
  const submit = async (times: number): Promise<number> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    for (let i = 0; i < times; i++) pass.dispatchWorkgroups(...workgroups);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / 1000 / times;
  };
  const once = await submit(1);
  if (once > BUDGET) return once;
  const times = Math.max(1, Math.min(100, Math.round(BUDGET / 3 / once)));
  let fastest = once;
  for (const start = performance.now(); performance.now() - start < BUDGET * 1000;)
    fastest = Math.min(fastest, await submit(times));
  return fastest;
}
