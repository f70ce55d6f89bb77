/**
 * A device for dry runs: it computes nothing and only records the sizes of the buffers it creates. Memory plans run the
 * real allocation code on it, so the planned bytes are the bytes a run allocates.
 */
import type { Gpu } from "./device.ts";
import { PLAIN_VARIANTS } from "../kernelVariants/variants.ts";

/** Buffer limits of an adapter in bytes, and whether it is software, on which the sampler decodes fewer rows at a time. */
export interface AdapterLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly software: boolean;
}

/** A buffer that was created and not destroyed. */
export interface HeldBuffer {
  readonly label: string;
  /** Bytes. */
  readonly size: number;
}

interface DryDevice {
  readonly gpu: Gpu;
  /** Buffers currently held. */
  readonly held: () => readonly HeldBuffer[];
}

/** Never aborts: a dry run computes nothing. */
const NO_FAULT = new AbortController().signal;

/** Creates a device with the limits of an adapter. Needs WebGPU's global constants such as `GPUBufferUsage`. */
export function createDryDevice(limits: AdapterLimits): DryDevice {
  const buffers = new Set<HeldBuffer>();
  const device = dryDevice(limits, buffers) as unknown as GPUDevice; // the part of it that allocation uses
  const gpu: Gpu = {
    device,
    name: "dry run",
    variants: PLAIN_VARIANTS,
    fault: NO_FAULT,
  };
  return { gpu, held: () => [...buffers] };
}

function dryDevice({ software, ...limits }: AdapterLimits, buffers: Set<HeldBuffer>): object {
  const nothing = (): object => ({});
  return {
    limits: { ...limits, maxComputeWorkgroupsPerDimension: 65_535 },
    adapterInfo: { vendor: "", architecture: "", description: "dry run", isFallbackAdapter: software },
    features: new Set<string>(),
    queue: { writeBuffer: () => {}, submit: () => {} },
    createBuffer({ label = "", size }: GPUBufferDescriptor) {
      const held = { label, size };
      buffers.add(held);
      return {
        ...held,
        destroy: () => buffers.delete(held),
      };
    },
    createBindGroupLayout: nothing,
    createPipelineLayout: nothing,
    createShaderModule: nothing,
    createBindGroup: nothing,
    createComputePipelineAsync: () => Promise.resolve({}),
    pushErrorScope: () => {},
    popErrorScope: () => Promise.resolve(null),
  };
}
