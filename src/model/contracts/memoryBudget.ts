/** Limits on the memory a model uses besides its weights. */
export interface MemoryBudget {
  /** Maximum tokens of a micro-batch in training and scoring; a longer row is a micro-batch of its own. */
  readonly microBatchTokens: number;
  /** Gradient checkpointing per layer: less memory for a fifth to a third more work. */
  readonly recompute: boolean;
  /** Maximum bytes of the KV cache; null for the backend's default. */
  readonly cacheBytes: number | null;
}

/** Default of the embedded models. Micro-batch size sets the order of gradient sums, so changing it changes the last bits. */
export const DEFAULT_BUDGET: MemoryBudget = { microBatchTokens: 4096, recompute: false, cacheBytes: null };

/** Maximum logits that the head computes at once (64 MB): with a large vocabulary a whole micro-batch would exceed it. */
export const MAX_LOGITS = 2 ** 24;
