/** How much memory the work of a model may take beside its weights: what it is cut to. */
export interface MemoryBudget {
  /** Tokens trained on or scored together; a longer row goes alone. */
  readonly microBatchTokens: number;
  /** Keep only the layers' inputs of a micro-batch and compute the rest again: less memory, a fifth to a third more work. */
  readonly recompute: boolean;
  /** Most bytes of keys and values while sampling; null for as many as the path takes of itself. */
  readonly cacheBytes: number | null;
}

/** What the models that ship with the page get; how gradients are summed depends on it, and so do their last bits. */
export const DEFAULT_BUDGET: MemoryBudget = { microBatchTokens: 4096, recompute: false, cacheBytes: null };

/** Logits that operations have there at once, 64 MB: of a vocabulary of tens of thousands a micro-batch would have more. */
export const MAX_LOGITS = 2 ** 24;
