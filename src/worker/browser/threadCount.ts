/** Maximum number of threads; beyond it the serial part of a call outweighs the parallel part. */
const MAX_THREADS = 8;

/** Returns the number of threads for the WASM kernels; pages that are not cross-origin isolated cannot share memory. */
export function threadCount(): number {
  return crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MAX_THREADS) : 1;
}
