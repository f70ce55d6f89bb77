import { at } from "../../../math/at.ts";
import type { LossSettings } from "../../layout/scoredToken.ts";
import { distributionReference } from "../sample/fixture.ts";

/** A scored token as the kernel reads it, without its weight. */
export interface KnownToken {
  readonly token: number;
  readonly advantage: number;
  readonly oldLogprob: number;
  readonly referenceLogprob: number;
  /** Multiplied by the token's weight. */
  readonly valueWeight: number;
  readonly oldValue: number;
  readonly goal: number;
}

/** Loss of each scored token from logits [K, V] and values [K], in float64. */
export function policyLossReference(
  logits: Float64Array,
  values: Float64Array,
  known: readonly KnownToken[],
  loss: Omit<LossSettings, "normalizer">,
): Float64Array {
  const { klCoefficient, entropyCoefficient, valueClip = Infinity } = loss;
  const vocabulary = logits.length / known.length;
  return Float64Array.from(known, (token, k) => {
    const line = logits.slice(k * vocabulary, (k + 1) * vocabulary);
    const { logprobs, entropy } = distributionReference(line, loss.temperature);
    const logprob = at(logprobs, token.token);
    const policy = klCoefficient * divergence(logprob, token, loss) - gain(logprob, token, loss);
    const value = at(values, k);
    const moved = Math.min(Math.max(value, token.oldValue - valueClip), token.oldValue + valueClip);
    const error = 0.5 * Math.max((value - token.goal) ** 2, (moved - token.goal) ** 2);
    return policy - entropyCoefficient * entropy + token.valueWeight * error;
  });
}

function gain(
  logprob: number,
  { advantage, oldLogprob }: KnownToken,
  { clipLow, clipHigh, dualClip }: Pick<LossSettings, "clipLow" | "clipHigh" | "dualClip">,
): number {
  const ratio = Math.exp(logprob - oldLogprob);
  const clipped = Math.min(Math.max(ratio, 1 - clipLow), 1 + clipHigh);
  const least = Math.min(ratio * advantage, clipped * advantage);
  return advantage < 0 ? Math.max(least, dualClip * advantage) : least;
}

function divergence(
  logprob: number,
  { referenceLogprob }: KnownToken,
  { klEstimator = "k3" }: Pick<LossSettings, "klEstimator">,
): number {
  if (klEstimator === "k1") return logprob - referenceLogprob;
  if (klEstimator === "k2") return (logprob - referenceLogprob) ** 2 / 2;
  return Math.exp(referenceLogprob - logprob) - (referenceLogprob - logprob) - 1;
}
