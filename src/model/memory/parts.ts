/** Parts of a run's memory. */
import { sum } from "../../math/stats.ts";

/** Description of each part, in display order. */
export const MEMORY_PARTS = {
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
} as const;

export type MemoryPart = keyof typeof MEMORY_PARTS;

/** Bytes by part, without empty parts. */
export type PartBytes = ReadonlyMap<MemoryPart, number>;

/** Returns the sum over all parts. */
export function totalBytes(parts: PartBytes): number {
  return sum([...parts.values()]);
}
