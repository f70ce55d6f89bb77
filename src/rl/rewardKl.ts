/** KL to the initial model as a part of the reward: what each token of the kept responses pays. */
import type { TtrlConfig } from "./config.ts";
import type { KlEstimator, Policy } from "./policy.ts";
import type { Question, Response } from "./types.ts";

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
  const rollouts = kept.flatMap((responses, question) =>
    responses.map((response) => ({ prompt: questions[question]?.prompt ?? "", response })),
  );
  const initial = await policy.initialLogprobs(rollouts, temperature, signal);
  const costs = rollouts.map(({ response }, i) => {
    const logprobs = initial[i];
    if (logprobs === undefined)
      throw new Error(`the initial model scored ${initial.length} responses, not ${i + 1}`);
    return klEstimates(response.logprobs, logprobs, klEstimator).map((estimate) => klCoefficient * estimate);
  });
  const ends = kept.map((_, question) => kept.slice(0, question + 1).flat().length);
  return kept.map((responses, question) =>
    costs.slice((ends[question] ?? 0) - responses.length, ends[question]),
  );
}
