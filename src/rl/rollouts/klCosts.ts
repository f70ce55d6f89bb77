/** KL to the initial model as part of the reward: the cost of each token of the kept responses. */
import { at } from "../../math/at.ts";
import type { UpdateConfig } from "../config/coreFields.ts";
import type { KlEstimator, Policy } from "../contracts/policy.ts";
import type { Prompt, Response } from "../contracts/types.ts";
import { scoreGroups } from "./rollouts.ts";

/**
 * Estimates KL(policy || initial model) at each token [T] (Schulman, "Approximating KL divergence"), with
 * d = log p_initial - log p: k1 = -d, k2 = d^2 / 2, k3 = exp(d) - d - 1. k1 may be negative.
 */
export function klEstimates(
  logprobs: Float32Array,
  initialLogprobs: Float32Array,
  estimator: KlEstimator,
): Float64Array {
  return Float64Array.from(logprobs, (logprob, token) => {
    const d = at(initialLogprobs, token) - logprob;
    if (estimator === "k1") return -d;
    return estimator === "k2" ? d ** 2 / 2 : Math.exp(d) - d - 1;
  });
}

/**
 * Returns KL coefficient * estimate by question, kept response and token [Q][K][T], to be subtracted from the token's
 * reward (InstructGPT, arXiv 2203.02155, equation 2); [] where KL is not part of the reward.
 */
export async function klCosts(
  policy: Policy,
  kept: readonly (readonly { readonly prompt: Prompt; readonly response: Response }[])[],
  settings: Pick<UpdateConfig, "klCoefficient" | "klEstimator" | "klPlace"> & {
    readonly temperature: number;
  },
  signal?: AbortSignal,
): Promise<Float64Array[][]> {
  const { klCoefficient, klEstimator, klPlace, temperature } = settings;
  if (klPlace === "loss" || klCoefficient === 0) return [];
  const initial = await scoreGroups(kept, (rollouts) =>
    policy.initialLogprobs(rollouts, temperature, signal),
  );
  return kept.map((group, question) =>
    group.map(({ response: { logprobs } }, i) =>
      klEstimates(logprobs, at(at(initial, question), i), klEstimator).map(
        (estimate) => klCoefficient * estimate,
      ),
    ),
  );
}
