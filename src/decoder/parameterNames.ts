/** Hugging Face's names of the parameters of a decoder outside its layers. */
import type { DecoderShape } from "./decoderShape.ts";

export const EMBEDDING = "model.embed_tokens.weight";
export const NORM = "model.norm.weight";

/** Returns the name of the matrix that computes the logits. */
export function headMatrix({ tied }: Pick<DecoderShape, "tied">): string {
  return tied ? EMBEDDING : "lm_head.weight";
}
