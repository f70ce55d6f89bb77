/** Memory for intermediate results: those that are not needed at the same time share a buffer. */

interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  last: number;
}

interface Shared {
  bytes: number;
  /** Last step that uses it so far. */
  busyUntil: number;
}

/** Which buffer each result lives in, and the buffers' sizes. */
interface ScratchPlan<T> {
  readonly placeOf: ReadonlyMap<T, number>;
  readonly sizes: readonly number[];
}

/**
 * Gives each result, in the order of first use, the free buffer that fits best. Whole buffers rather than ranges of one:
 * WebGPU forbids one dispatch to read and write the same buffer, wherever in it.
 */
export function planScratch<T extends { readonly bytes: number }>(
  uses: readonly (readonly T[])[],
): ScratchPlan<T> {
  const lifetimes = new Map<T, Lifetime>();
  for (const [step, used] of uses.entries()) {
    for (const result of used) {
      const known = lifetimes.get(result);
      if (known) known.last = step;
      else lifetimes.set(result, { bytes: result.bytes, first: step, last: step });
    }
  }
  const buffers: Shared[] = [];
  const placeOf = new Map<T, number>();
  for (const [result, { bytes, first, last }] of lifetimes) {
    const place = bestFit(buffers, bytes, first);
    const chosen = buffers[place];
    if (chosen === undefined) buffers.push({ bytes, busyUntil: last });
    else {
      chosen.bytes = Math.max(chosen.bytes, bytes);
      chosen.busyUntil = last;
    }
    placeOf.set(result, place);
  }
  return { placeOf, sizes: buffers.map(({ bytes }) => bytes) };
}

/** The free buffer whose size is nearest to `bytes`, or a new one. */
function bestFit(buffers: readonly Shared[], bytes: number, first: number): number {
  let best = buffers.length;
  let least = Number.POSITIVE_INFINITY;
  for (const [place, buffer] of buffers.entries()) {
    const waste = Math.abs(buffer.bytes - bytes);
    if (buffer.busyUntil >= first || waste >= least) continue;
    least = waste;
    best = place;
  }
  return best;
}

/** The plan's buffers on the GPU. */
export function shareScratch<T extends { readonly bytes: number }>(
  device: GPUDevice,
  uses: readonly (readonly T[])[],
): { readonly buffers: readonly GPUBuffer[]; readonly bufferOf: (result: T) => GPUBuffer } {
  const { placeOf, sizes } = planScratch(uses);
  const buffers = sizes.map((size) =>
    device.createBuffer({ label: "scratch", size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC }),
  );
  return {
    buffers,
    bufferOf: (result) => buffers[placeOf.get(result) ?? -1] as GPUBuffer, // every result used has a place
  };
}
