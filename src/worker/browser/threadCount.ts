/** With more, what one thread must do alone outweighs what they share. */
const MOST_THREADS = 8;

/** Threads that the WASM kernels are hired: memory is shared on isolated pages alone. */
export function threadCount(): number {
  return crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MOST_THREADS) : 1;
}
