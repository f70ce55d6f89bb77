/** Groups and the advantages of their tokens -> rollouts to train on, with their weights in the loss. */
import { at } from "../../math/at.ts";
import type { UpdateConfig } from "../config/coreFields.ts";
import type { ScoredRollout } from "../contracts/policy.ts";
import { promptOf } from "../contracts/prompt.ts";
import type { TokenTable } from "../contracts/tokenTable.ts";
import type { Group, Rollout } from "../contracts/types.ts";

/** How the token losses of an update are averaged. */
export interface Averaging {
  readonly aggregation: UpdateConfig["aggregation"];
  readonly maxResponseTokens: number;
}

/**
 * Returns the kept responses of one update's groups as rollouts; advantages are [group][K][T]. The loss of an update is
 * the sum over rollouts and tokens of weight * token loss, with weights, over the R kept responses of T tokens in all,
 * - "token-mean": 1 / T (DAPO, arXiv 2503.14476, equation 8),
 * - "trained-token-mean": 1 / tokens of the responses that carry a signal, so that groups without one do not shrink the step,
 * - "pair-token-mean": 1 / (pairs x tokens of its pair), the token mean of each micro-batch of two responses as the
 *   authors run it, averaged over micro-batches,
 * - "sequence-mean-token-sum": 1 / R,
 * - "sequence-mean-token-mean": 1 / (R x own length) (GRPO, arXiv 2402.03300, equation 3),
 * - "sequence-mean-token-sum-norm": 1 / (R x longest response allowed) (Dr. GRPO, arXiv 2503.20783, section 3.2).
 */
export function keptRollouts(
  groups: readonly Group[],
  advantages: TokenTable,
  averaging: Averaging,
): Rollout[] {
  const unweighted = groups.flatMap(({ question, responses }, g) => {
    const prompt = promptOf(question);
    return at(advantages, g).map((tokens, i): Unweighted => ({
      prompt,
      response: at(responses, i),
      advantages: Float32Array.from(tokens),
    }));
  });
  const weightOf = weighing(unweighted, averaging);
  return unweighted.map((rollout, i) => ({ ...rollout, weight: weightOf(rollout, i) }));
}

/** Scores the responses of several questions in one call; returns the scores by question. */
export async function scoreGroups<Rollout extends ScoredRollout>(
  groups: readonly (readonly Rollout[])[],
  score: (rollouts: readonly Rollout[]) => Promise<Float32Array[]>,
): Promise<Float32Array[][]> {
  const scores = await score(groups.flat());
  let next = 0;
  return groups.map(({ length }) => scores.slice(next, (next += length)));
}

/** Returns whether a rollout has a nonzero advantage. */
export function carriesSignal({ advantages }: Pick<Rollout, "advantages">): boolean {
  return advantages.some((advantage) => advantage !== 0);
}

type Unweighted = Omit<Rollout, "weight">;

/** Returns the weight of the i-th kept rollout. */
function weighing(
  kept: readonly Unweighted[],
  { aggregation, maxResponseTokens }: Averaging,
): (rollout: Unweighted, i: number) => number {
  switch (aggregation) {
    case "token-mean":
      return constant(1 / tokensOf(kept));
    case "trained-token-mean":
      return constant(1 / Math.max(tokensOf(kept.filter(carriesSignal)), 1));
    case "pair-token-mean": {
      const pairs = Math.ceil(kept.length / 2);
      return (_, i) => 1 / (pairs * tokensOf(kept.slice(i - (i % 2), i - (i % 2) + 2)));
    }
    case "sequence-mean-token-sum":
      return constant(1 / kept.length);
    case "sequence-mean-token-mean":
      return ({ response }) => 1 / (kept.length * response.tokens.length);
    case "sequence-mean-token-sum-norm":
      return constant(1 / (kept.length * maxResponseTokens));
  }
}

function constant(weight: number): () => number {
  return () => weight;
}

function tokensOf(rollouts: readonly Unweighted[]): number {
  return rollouts.reduce((tokens, { response }) => tokens + response.tokens.length, 0);
}
