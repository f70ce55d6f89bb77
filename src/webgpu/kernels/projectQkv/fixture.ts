import { at } from "../../../math/at.ts";
import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { normReference, productReference } from "../fixture.ts";

/** Queries, keys and values of lines x [M, D] at their positions, in float64; weights by part of the layer. */
export function projectQkvReference(
  x: Float64Array,
  weights: ReadonlyMap<string, Float64Array>,
  positions: readonly number[],
  { width, headDim, ropeTheta, normEpsilon }: DecoderShape,
): { queries: Float64Array; keys: Float64Array; values: Float64Array } {
  const part = (name: string): Float64Array => weights.get(name) ?? new Float64Array();
  const normed = normReference(x, part("input_layernorm.weight"), normEpsilon);
  const project = (name: string): Float64Array =>
    productReference(normed, part(`self_attn.${name}.weight`), width, weights.get(`self_attn.${name}.bias`));
  const rotate = (lines: Float64Array): Float64Array => rotated(lines, positions, headDim, ropeTheta);
  return { queries: rotate(project("q_proj")), keys: rotate(project("k_proj")), values: project("v_proj") };
}

/** Rotary embedding of [M, heads * headDim]: the halves of a head are the parts of complex numbers. */
export function rotated(lines: Float64Array, positions: readonly number[], headDim: number, theta: number) {
  const turned = new Float64Array(lines.length);
  const perLine = lines.length / positions.length;
  const half = headDim / 2;
  for (let i = 0; i < lines.length; i++) {
    const frequency = i % half;
    const angle = at(positions, Math.floor(i / perLine)) * theta ** (-frequency / half);
    const isLeft = i % headDim < half;
    const [left, right] = isLeft ? [at(lines, i), at(lines, i + half)] : [at(lines, i - half), at(lines, i)];
    turned[i] = isLeft
      ? left * Math.cos(angle) - right * Math.sin(angle)
      : right * Math.cos(angle) + left * Math.sin(angle);
  }
  return turned;
}
