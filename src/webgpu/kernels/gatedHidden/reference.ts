import { at } from "../../../math/at.ts";
import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { normReference, productReference } from "../reference.ts";

/** silu(gate) * up of RMSNorm(x), in float64; weights by part of the layer. */
export function gatedHiddenReference(
  x: Float64Array,
  weights: ReadonlyMap<string, Float64Array>,
  { width, normEpsilon }: DecoderShape,
): Float64Array {
  const part = (name: string): Float64Array => weights.get(name) ?? new Float64Array();
  const normed = normReference(x, part("post_attention_layernorm.weight"), normEpsilon);
  const up = productReference(normed, part("mlp.up_proj.weight"), width);
  const gate = productReference(normed, part("mlp.gate_proj.weight"), width);
  return gate.map((value, i) => (value / (1 + Math.exp(-value))) * at(up, i));
}
