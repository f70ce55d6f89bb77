/** Changes to a group's advantages that depend on how sure its responses and its vote were. */
import { mean } from "../math/stats.ts";
import type { AdvantageShaping } from "./config.ts";
import type { Response } from "./types.ts";

/** ETTRL's bound on advantages. */
const LARGEST = 2;

/**
 * ETTRL (arXiv 2508.11356): "entropy" multiplies the advantage of response i by 1 + (H - H_i) / H, with H_i its mean
 * entropy and H the mean of H_i over the kept responses of its group, so that unsure responses move the policy less;
 * "clip" holds advantages within -2 and 2.
 */
export function shapeAdvantages(
  advantages: readonly Float64Array[],
  responses: readonly Pick<Response, "entropy">[],
  shaping: AdvantageShaping,
): Float64Array[] {
  if (shaping === "clip") {
    return advantages.map((tokens) => tokens.map((value) => Math.min(Math.max(value, -LARGEST), LARGEST)));
  }
  if (shaping === "none" || advantages.length === 0) return [...advantages];
  const entropies = responses.slice(0, advantages.length).map(({ entropy }) => entropy);
  const typical = mean(entropies);
  if (typical === 0) return [...advantages]; // nothing is unsure
  return advantages.map((tokens, i) => {
    const factor = 1 + (typical - (entropies[i] ?? typical)) / typical;
    return tokens.map((value) => value * factor);
  });
}

/** RESTRAIN (arXiv 2510.02172): where too few agreed, every response is pushed away from, by delta. */
export function penalise(advantages: readonly Float64Array[], delta: number): Float64Array[] {
  return advantages.map((tokens) => tokens.map((value) => value - delta));
}
