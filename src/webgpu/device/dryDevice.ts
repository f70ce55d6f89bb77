/**
 * A device that computes nothing and holds nothing but the sizes of the buffers it is asked for: the code that allocates
 * runs on it as on a real one, so what it says a run takes is what the run takes.
 */
import type { Gpu } from "./device.ts";
import { PLAIN_VARIANTS } from "../kernelVariants/variants.ts";

/** What an adapter allows of a buffer, in bytes, and whether it is a program: the sampler then takes fewer rows. */
export interface AdapterLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly software: boolean;
}

/** A buffer that was made and not given back. */
export interface HeldBuffer {
  readonly label: string;
  /** Bytes. */
  readonly size: number;
}

export interface DryDevice {
  readonly gpu: Gpu;
  /** The buffers held now. */
  readonly held: () => readonly HeldBuffer[];
}

/** Never aborts: nothing goes wrong where nothing is computed. */
const NO_FAULT = new AbortController().signal;

/** A device with the limits of an adapter. WebGPU's constants must be there, as they are wherever it is offered. */
export function createDryDevice(limits: AdapterLimits): DryDevice {
  const buffers = new Set<HeldBuffer>();
  const device = dryDevice(limits, buffers) as unknown as GPUDevice; // as much of one as allocating asks for
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
