/** Attainable throughput of the adapter: bytes/s of a plain copy and FLOP/s of a plain matrix product. */
import { describeAdapter } from "../../src/webgpu/device/adapter.ts";

export interface Limits {
  readonly adapter: string;
  /** True if the adapter runs on the CPU. */
  readonly software: boolean;
  /** Of a copying shader, read and written. */
  readonly bytesPerSecond: number;
  /** Of a register-tiled product of square matrices. */
  readonly flopsPerSecond: number;
}

/** Bytes copied and side of the matrices: too large for a GPU's caches; smaller on a software adapter. */
const SIZES = {
  hardware: { copied: 128 * 2 ** 20, side: 2048 },
  software: { copied: 16 * 2 ** 20, side: 512 },
};
/** Seconds to repeat each measurement for. */
const BUDGET = 1;

const COPY = `
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u) { c[id.x] = a[id.x]; }`;

const LANES = [0, 1, 2, 3, 4, 5, 6, 7];

/** Each invocation computes 8 rows of 4 columns. */
const product = (side: number): string => `
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x % ${side / 4}u;
  let row = id.x / ${side / 4}u * 8u;
  ${LANES.map((r) => `var sum${r} = vec4f();`).join(" ")}
  for (var k = 0u; k < ${side}u; k++) {
    let w = b[k * ${side / 4}u + column];
    ${LANES.map((r) => `sum${r} += a[(row + ${r}u) * ${side}u + k] * w;`).join(" ")}
  }
  ${LANES.map((r) => `c[(row + ${r}u) * ${side / 4}u + column] = sum${r};`).join(" ")}
}`;

/** Measures the adapter; null if there is none. */
export async function measureLimits(gpu: GPU): Promise<Limits | null> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) return null;
  const device = await adapter.requestDevice();
  const { name, software } = describeAdapter(adapter);
  const { copied, side } = SIZES[software ? "software" : "hardware"];
  const copySeconds = await secondsOf(device, COPY, copied, copied / 16 / 256);
  const productSeconds = await secondsOf(device, product(side), side * side * 4, (side * side) / 32 / 64);
  device.destroy();
  return {
    adapter: name,
    software,
    bytesPerSecond: (2 * copied) / copySeconds,
    flopsPerSecond: (2 * side ** 3) / productSeconds,
  };
}

/** Returns the seconds of the fastest dispatch. */
async function secondsOf(
  device: GPUDevice,
  code: string,
  bytes: number,
  workgroups: number,
): Promise<number> {
  const pipeline = await device.createComputePipelineAsync({
    layout: "auto",
    compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
  });
  const usage = GPUBufferUsage.STORAGE;
  const buffers = [0, 1, 2].map(() => device.createBuffer({ size: bytes, usage }));
  const used = code === COPY ? [0, 2] : [0, 1, 2];
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: used.map((binding) => ({ binding, resource: { buffer: buffers[binding] as GPUBuffer } })), // three of them
  });
  const submit = async (times: number): Promise<number> => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    for (let i = 0; i < times; i++) pass.dispatchWorkgroups(workgroups);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / 1000 / times;
  };
  await submit(1);
  const times = Math.max(1, Math.min(200, Math.round(BUDGET / 5 / (await submit(1)))));
  let fastest = Infinity;
  for (const start = performance.now(); performance.now() - start < BUDGET * 1000;)
    fastest = Math.min(fastest, await submit(times));
  for (const buffer of buffers) buffer.destroy();
  return fastest;
}
