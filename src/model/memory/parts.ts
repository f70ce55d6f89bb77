/** What memory is taken by, in the order it is told. */

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

/** What each of them is, in words. */
export const MEMORY_PARTS: Readonly<Record<MemoryPart, string>> = {
  weights: "The model: what is trained, or what stays as it is under an adapter.",
  adapter: "The low-rank matrices that are trained beside the model.",
  gradients: "One number for each trained one, summed over micro-batches.",
  optimizer: "AdamW's two moments of each trained number.",
  "initial model": "What is trained as it was before the first step, for KL, and what scoring with it takes.",
  companions: "A critic, a teacher or a reward model, with all they need.",
  "keys and values": "Of all tokens of the rows that are sampled together.",
  sampling: "Intermediate results of a token of these rows, and copies of weights laid out for it.",
  activations:
    "What the backward pass of a micro-batch needs of its forward pass, and what it computes on the way.",
  head: "Logits of the micro-batch's scored tokens and their gradients.",
  scratch: "A matrix laid out for a product, for each part that threads share a call in.",
  other: "Tables, staging memory and what the allocator leaves free.",
};

/** Bytes by part; parts that take nothing are left out. */
export type PartBytes = ReadonlyMap<MemoryPart, number>;

/** All of them together. */
export function totalBytes(parts: PartBytes): number {
  return [...parts.values()].reduce((sum, bytes) => sum + bytes, 0);
}
