/** How a caller follows the loop and stops it. */
export interface Watch {
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: "sample" | "train" | "evaluate", done: number, total: number) => void;
}

/** Returns the watch of work in one phase. */
export function phaseWatch({ signal, onProgress }: Watch, phase: "sample" | "train") {
  return { signal, onProgress: (done: number, total: number) => onProgress?.(phase, done, total) };
}
