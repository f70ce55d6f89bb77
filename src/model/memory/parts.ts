/** Parts of a run's memory, in display order. */

export type MemoryPart =
  | "weights"
  | "adapter"
  | "gradients"
  | "optimizer"
  | "initial model"
  | "companions"
  | "keys and values"
  | "sampling"
  | "activations"
  | "head"
  | "scratch"
  | "other";

/** Description of each part. */
export const MEMORY_PARTS: Readonly<Record<MemoryPart, string>> = {
  weights: "The model's weights: trained, or frozen under an adapter.",
  adapter: "The LoRA adapter's trained matrices.",
  gradients: "One number per trained parameter, summed over micro-batches.",
  optimizer: "AdamW's two moments of each trained parameter.",
  "initial model":
    "The reference model for KL (the trained parameters before step 1), and buffers to score with it.",
  companions: "Critic, EMA teacher or reward model, with gradients, optimizer and buffers.",
  "keys and values": "KV cache of the rows that are sampled together.",
  sampling: "Intermediate results of one token of these rows, and weights packed for decoding.",
  activations:
    "Results of a micro-batch's forward pass that its backward pass reads, and intermediate gradients.",
  head: "Logits of the micro-batch's scored tokens and their gradients.",
  scratch: "A packed matrix for each thread's share of a product.",
  other: "Lookup tables, staging buffers and allocator slack.",
};

/** Bytes by part, without empty parts. */
export type PartBytes = ReadonlyMap<MemoryPart, number>;

/** Returns the sum over all parts. */
export function totalBytes(parts: PartBytes): number {
  return [...parts.values()].reduce((sum, bytes) => sum + bytes, 0);
}
