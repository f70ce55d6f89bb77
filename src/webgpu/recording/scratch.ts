/** Plans memory of intermediate results: results with disjoint lifetimes share a buffer. */

interface Lifetime {
  readonly first: number;
  last: number;
}

/** The buffer of each result, and the sizes of the buffers. */
interface ScratchPlan<T> {
  readonly indexOf: ReadonlyMap<T, number>;
  readonly sizes: readonly number[];
}

/**
 * Assigns each result, largest first, the smallest buffer that is free during its lifetime, or a new one. Results do not
 * share a buffer as ranges, because WebGPU forbids reading and writing one buffer in the same dispatch.
 */
export function planScratch<T extends { readonly bytes: number }>(
  uses: readonly (readonly T[])[],
): ScratchPlan<T> {
  const lifetimes = lifetimesOf(uses);
  const largestFirst = [...lifetimes].sort(([a], [b]) => b.bytes - a.bytes); // stable: ties in the order of first use
  const buffers: { readonly bytes: number; readonly taken: Lifetime[] }[] = [];
  const indexOf = new Map<T, number>();
  for (const [result, lifetime] of largestFirst) {
    const isFree = ({ taken }: { readonly taken: readonly Lifetime[] }): boolean =>
      taken.every(({ first, last }) => last < lifetime.first || lifetime.last < first);
    const index = buffers.findLastIndex(isFree); // later buffers are smaller
    if (index >= 0) buffers[index]?.taken.push(lifetime);
    else buffers.push({ bytes: result.bytes, taken: [lifetime] });
    indexOf.set(result, index >= 0 ? index : buffers.length - 1);
  }
  return { indexOf, sizes: buffers.map(({ bytes }) => bytes) };
}

/** First and last step that uses each result. */
function lifetimesOf<T>(uses: readonly (readonly T[])[]): Map<T, Lifetime> {
  const lifetimes = new Map<T, Lifetime>();
  for (const [step, used] of uses.entries()) {
    for (const result of used) {
      const known = lifetimes.get(result);
      if (known) known.last = step;
      else lifetimes.set(result, { first: step, last: step });
    }
  }
  return lifetimes;
}

/** Allocates the buffers of the plan. */
export function shareScratch<T extends { readonly bytes: number }>(
  device: GPUDevice,
  label: string,
  uses: readonly (readonly T[])[],
): { readonly buffers: readonly GPUBuffer[]; readonly bufferOf: (result: T) => GPUBuffer } {
  const { indexOf, sizes } = planScratch(uses);
  const buffers = sizes.map((size) =>
    device.createBuffer({ label, size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC }),
  );
  return {
    buffers,
    bufferOf: (result) => buffers[indexOf.get(result) ?? -1] as GPUBuffer, // every result used has a buffer
  };
}
