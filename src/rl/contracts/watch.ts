/** How a caller watches and stops the loop. */
export interface Watch {
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: "sample" | "train" | "evaluate", done: number, total: number) => void;
}
