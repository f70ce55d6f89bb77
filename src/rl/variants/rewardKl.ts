/** KL to the initial model as a part of the reward: what each token of the kept responses pays. */
import type { TtrlConfig } from "../ttrlConfig.ts";
import type { KlEstimator, Policy } from "../contracts/policy.ts";
import { scoreGroups } from "../rollouts.ts";
import type { Question, Response } from "../contracts/types.ts";

/**
 * Estimates of KL(policy || initial model) at each token (Schulman, "Approximating KL divergence"), with d the initial
 * model's logprob less the policy's: k1 = -d, k2 = d^2 / 2, k3 = exp(d) - d - 1. k1 may be negative.
 */
export function klEstimates(
  logprobs: Float32Array,
  initialLogprobs: Float32Array,
  estimator: KlEstimator,
): Float64Array {
  return Float64Array.from(logprobs, (logprob, token) => {
    const d = (initialLogprobs[token] ?? Number.NaN) - logprob;
    if (estimator === "k1") return -d;
    return estimator === "k2" ? d ** 2 / 2 : Math.exp(d) - d - 1;
  });
}

/**
 * By question, kept response and token: KL coefficient x estimate, to be taken from the token's reward (InstructGPT, arXiv
 * 2203.02155, equation 2). Empty where KL is no part of the reward.
 */
export async function klCosts(
  policy: Policy,
  questions: readonly Question[],
  votes: readonly (readonly Response[])[],
  config: TtrlConfig,
  signal?: AbortSignal,
): Promise<Float64Array[][]> {
  const { klCoefficient, klEstimator, klPlace, rolloutsPerQuestion, temperature } = config;
  if (klPlace === "loss" || klCoefficient === 0) return [];
  const kept = votes.map((responses) => responses.slice(0, rolloutsPerQuestion));
  const groups = kept.map((responses, question) =>
    responses.map((response) => ({ prompt: questions[question]?.prompt ?? "", response })),
  );
  const initial = await scoreGroups(groups, (rollouts) =>
    policy.initialLogprobs(rollouts, temperature, signal),
  );
  return kept.map((responses, question) =>
    responses.map(({ logprobs }, i) => {
      const initially = initial[question]?.[i];
      if (initially === undefined) throw new Error(`the initial model did not score response ${i}`);
      return klEstimates(logprobs, initially, klEstimator).map((estimate) => klCoefficient * estimate);
    }),
  );
}
