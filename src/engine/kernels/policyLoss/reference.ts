import { at } from "../../reference.ts";
import { distributionReference } from "../sample/reference.ts";

/** A scored token, as the kernel knows it but for its weight. */
export interface KnownToken {
  readonly token: number;
  readonly advantage: number;
  readonly oldLogprob: number;
  readonly referenceLogprob: number;
}

/** Constants of the loss, as the kernel's. */
interface LossConstants {
  readonly temperature: number;
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly dualClip: number;
  readonly klCoefficient: number;
  readonly entropyCoefficient: number;
}

/** Loss of each scored token from logits [K, V], in float64. */
export function policyLossReference(
  logits: Float64Array,
  known: readonly KnownToken[],
  constants: LossConstants,
): Float64Array {
  const { temperature, clipLow, clipHigh, dualClip, klCoefficient, entropyCoefficient } = constants;
  const vocabulary = logits.length / known.length;
  return Float64Array.from(known, ({ token, advantage, oldLogprob, referenceLogprob }, k) => {
    const line = logits.slice(k * vocabulary, (k + 1) * vocabulary);
    const { logprobs, entropy } = distributionReference(line, temperature);
    const logprob = at(logprobs, token);
    const ratio = Math.exp(logprob - oldLogprob);
    const clipped = Math.min(Math.max(ratio, 1 - clipLow), 1 + clipHigh);
    const gain = Math.min(ratio * advantage, clipped * advantage);
    const bounded = advantage < 0 ? Math.max(gain, dualClip * advantage) : gain;
    const difference = referenceLogprob - logprob;
    const divergence = Math.exp(difference) - difference - 1;
    return klCoefficient * divergence - bounded - entropyCoefficient * entropy;
  });
}
