/**
 * The GPU: requested by us with all it offers, lent to TensorFlow.js. The one file that knows what the WebGPU backend
 * keeps to itself; `checkBridge` notices at start when a release of TensorFlow.js keeps it elsewhere.
 */
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "../../ops/tf.ts";
import { describeAdapter } from "./adapter.ts";
import { watchFaults } from "./faults.ts";
import { PLAIN_VARIANTS, type Variants } from "../kernelVariants/variants.ts";

/** Asked for where the adapter has them; each has a plain way around it. */
const FEATURES = ["shader-f16", "subgroups", "timestamp-query"] as GPUFeatureName[]; // the type lacks "subgroups"

/** Limits raised to what the adapter can do: a weight matrix is bound whole. */
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

/** A device that both our graphs and TensorFlow.js compute on. */
export interface Gpu {
  readonly device: GPUDevice;
  /** Name of the adapter. */
  readonly name: string;
  /** Which kernels run on it; `tune` measures them for a model. */
  readonly variants: Variants;
  /**
   * Aborts, with an error as its reason, when the GPU reports an error or is lost. Work in error is dropped silently and
   * its buffers read as zeros, so nothing after that can be trusted.
   */
  readonly fault: AbortSignal;
  /** Submits what TensorFlow.js has recorded so far. Call it before submitting work that reads a tensor's buffer. */
  readonly flush: () => void;
  /** The buffer of a tensor. TensorFlow.js hands it to another tensor once this one is disposed: do not keep it. */
  readonly bufferOf: (tensor: tf.Tensor) => GPUBuffer;
}

/** Requests a device and makes it TensorFlow.js' current backend; null where there is no adapter. */
export async function openGpu(gpu: GPU): Promise<Gpu | null> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) return null;
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  const fault = watchFaults(device);
  // Importing the backend may have registered it, on a device of its own choosing, which gives way to ours.
  if (tf.engine().backendNames().includes("webgpu")) tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => new WebGPUBackend(device, adapter.info));
  if (!(await tf.setBackend("webgpu"))) throw new Error("the WebGPU backend of TensorFlow.js did not start");
  await tf.ready();
  const { name } = describeAdapter(adapter);
  const opened = { device, name, variants: PLAIN_VARIANTS, fault, flush, bufferOf };
  await checkBridge(opened);
  return opened;
}

/** What the backend of TensorFlow.js 4.22 has beside its declared interface. */
interface Backend {
  readonly commandEncoder: GPUCommandEncoder | null;
  readonly tensorMap: { get(id: tf.Tensor["dataId"]): { readonly resource?: GPUBuffer } | undefined };
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(id: tf.Tensor["dataId"]): void;
}

function backend(): Backend {
  return tf.backend() as unknown as Backend; // private there; checkBridge tries every part of it
}

function flush(): void {
  const ours = backend();
  if (ours.commandEncoder == null) return;
  ours.endComputePassEncoder(); // submitting inside an open pass is an error
  ours.submitQueue();
}

function bufferOf({ dataId }: tf.Tensor): GPUBuffer {
  backend().uploadToGPU(dataId);
  const buffer = backend().tensorMap.get(dataId)?.resource;
  if (buffer === undefined) throw new Error("TensorFlow.js holds no GPU buffer for this tensor");
  return buffer;
}

/** Throws unless a tensor that an operation has just computed can be read from its buffer. */
async function checkBridge({ device, fault }: Gpu): Promise<void> {
  const values = tf.fill([1024], 1.5); // too large for TensorFlow.js to compute on the host
  const sum = tf.add(values, values);
  const buffer = bufferOf(sum);
  flush();
  const [found] = new Float32Array(await readBuffer(device, buffer, 4));
  tf.dispose([values, sum]);
  fault.throwIfAborted();
  if (found === 3) return;
  throw new Error(
    `TensorFlow.js ${tf.version["tfjs-core"]} does not keep its tensors where release 4.22.0 does (read ${found}, expected 3)`,
  );
}

/** Copies the first `bytes` of a buffer, or those from `offset`, to the host. */
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
