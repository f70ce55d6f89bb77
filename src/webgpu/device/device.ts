/** The GPU device, requested with every feature and limit of its adapter that the engine uses. */
import { describeAdapter } from "./adapter.ts";
import { watchFaults } from "./faults.ts";
import { PLAIN_VARIANTS, type Variants } from "../kernelVariants/variants.ts";

/** Requested where the adapter has them; none is required. */
const FEATURES = ["shader-f16", "subgroups", "timestamp-query"] as GPUFeatureName[]; // the type lacks "subgroups"

/** Limits raised to the adapter's: a weight matrix is bound as a whole. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** A device and the kernels that run on it. */
export interface Gpu {
  readonly device: GPUDevice;
  /** Name of the adapter. */
  readonly name: string;
  /** Kernel variants to run; `tuneGpu` measures them for a model. */
  readonly variants: Variants;
  /**
   * Aborts, with an error as its reason, when the device reports an error or is lost. WebGPU drops faulty work silently
   * and its buffers read as zeros, so later results are invalid.
   */
  readonly fault: AbortSignal;
}

/** Requests a device of the fastest adapter; null where there is no adapter. */
export async function openGpu(gpu: GPU): Promise<Gpu | null> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) return null;
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  const { name } = describeAdapter(adapter);
  return { device, name, variants: PLAIN_VARIANTS, fault: watchFaults(device) };
}

/** Copies `bytes` bytes of a buffer, from byte `offset` on, to the host. */
export async function readBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  bytes: number,
  offset = 0,
): Promise<ArrayBuffer> {
  const staging = device.createBuffer({
    size: bytes,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, offset, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const copy = staging.getMappedRange().slice(0);
  staging.destroy();
  return copy;
}
