/** Names of a decoder's parameters that are no layer's, as Hugging Face has them. */
import type { DecoderShape } from "./decoderShape.ts";

export const EMBEDDING = "model.embed_tokens.weight";
export const NORM = "model.norm.weight";

/** Name of the matrix that gives the logits. */
export function headMatrix({ tied }: Pick<DecoderShape, "tied">): string {
  return tied ? EMBEDDING : "lm_head.weight";
}
