/** Advantages reshaped by the entropies of the responses (ETTRL, arXiv 2508.11356; M-GRPO, arXiv 2512.13070). */
import { at } from "../../../math/at.ts";
import { mean, quantile } from "../../../math/stats.ts";
import { choice, type ConfigOf } from "../../config/field.ts";
import { defineVariant } from "../../contracts/variant.ts";

/** ETTRL's bound on advantages. */
const LARGEST = 2;

/** M-GRPO: a response this many interquartile ranges below the first quartile is an outlier. */
const OUTLYING = 0.75;

const fields = {
  advantageShaping: choice(
    { group: "Rewards", label: "Advantage shaping", choices: ["none", "entropy", "clip", "outliers"] },
    "entropy: responses less certain than their group count for less; clip: advantages are clipped to -2 and 2 (ETTRL); outliers: responses far more certain than their group are left out, against collapse (M-GRPO).",
  ),
} as const;

export const advantageShaping = defineVariant({
  name: "advantage shaping",
  fields,
  isOn: ({ advantageShaping: shaping }) => shaping !== "none",
  hooks: ({ advantageShaping: shaping }) => ({
    reshapeAdvantages: (advantages, { abstains, responses }) =>
      abstains ? advantages : shapeAdvantages(advantages, responses, shaping),
  }),
});

/**
 * Reshapes a group's advantages [K][T]. With H_i the mean entropy of response i, over the kept responses:
 * "entropy" multiplies the advantage of response i by 1 + (H - H_i) / H, H the mean of H_i, so that uncertain responses
 * move the policy less; "clip" clips advantages to -2 and 2 (both ETTRL). "outliers" makes the advantage 0 where
 * H_i < Q1 - 0.75 (Q3 - Q1), with the quartiles of H_i, so that what is far too certain is not learnt (M-GRPO).
 */
export function shapeAdvantages(
  advantages: readonly Float64Array[],
  responses: readonly { readonly entropy: number }[],
  shaping: ConfigOf<typeof fields>["advantageShaping"],
): readonly Float64Array[] {
  if (shaping === "none" || advantages.length === 0) return advantages;
  if (shaping === "clip") {
    return advantages.map((tokens) => tokens.map((value) => Math.min(Math.max(value, -LARGEST), LARGEST)));
  }
  const entropies = advantages.map((_, i) => at(responses, i).entropy);
  if (shaping === "outliers") {
    const [low, high] = [quantile(entropies, 0.25), quantile(entropies, 0.75)];
    const least = low - OUTLYING * (high - low);
    return advantages.map((tokens, i) => (at(entropies, i) < least ? tokens.map(() => 0) : tokens));
  }
  const typical = mean(entropies);
  if (typical === 0) return advantages; // every response is certain
  return advantages.map((tokens, i) => {
    const factor = 1 + (typical - at(entropies, i)) / typical;
    return tokens.map((value) => value * factor);
  });
}
