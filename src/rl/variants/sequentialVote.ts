/** Votes in batches, and no more of them once the winner is safe (OptPO, arXiv 2512.02882). */
import { extractAnswers, type AnswerRules } from "../answer.ts";
import type { TtrlConfig } from "../ttrlConfig.ts";
import type { Response, Vote } from "../contracts/types.ts";
import { majorityVote } from "../vote.ts";

/** How votes are drawn until one answer is safe. */
export type Stopping = Pick<TtrlConfig, "votesPerQuestion" | "voteBatch" | "voteConfidence">;

/** Draws the responses `first` to `first + count - 1` to each of these questions. */
export type DrawVotes = (
  questions: readonly number[],
  range: { readonly first: number; readonly count: number },
) => Promise<Response[][]>;

/**
 * Responses to each question: all votes at once without a batch size; else batch by batch, and a question draws no further
 * batch once the leading answer is safe by `leaderConfidence`. Response i is drawn from stream i of the question's seed
 * whatever the batches, so what is drawn is a prefix of the votes of a run that never stops.
 */
export async function drawVotes(
  draw: DrawVotes,
  questions: number,
  { votesPerQuestion, voteBatch, voteConfidence }: Stopping,
  rules: AnswerRules,
): Promise<Response[][]> {
  const batch = voteBatch === 0 ? votesPerQuestion : voteBatch;
  const votes = Array.from({ length: questions }, (): Response[] => []);
  let open = [...votes.keys()];
  for (let first = 0; open.length > 0; first += batch) {
    const drawn = await draw(open, { first, count: Math.min(batch, votesPerQuestion - first) });
    for (const [place, question] of open.entries()) votes[question]?.push(...(drawn[place] ?? []));
    if (first + batch >= votesPerQuestion) return votes;
    open = open.filter((question) => {
      const texts = (votes[question] ?? []).map(({ text }) => text);
      return leaderConfidence(majorityVote(extractAnswers(texts, rules))) < voteConfidence;
    });
  }
  return votes;
}

/**
 * Posterior probability that the leading answer is more likely than the runner-up, of which c1 and c2 votes were seen:
 * with theta the leader's share of the votes that either gets and a uniform prior on it, P(theta > 1/2) under
 * Beta(c1 + 1, c2 + 1) = P(Binomial(c1 + c2 + 1, 1/2) <= c1). Its odds are the Bayes factor of the two hypotheses, so
 * stopping at a threshold is a Bayesian sequential test, as OptPO's is. That paper's abstract leaves its vote model open;
 * this one, which needs neither the number of candidates nor how often they are right, is Adaptive-Consistency's (arXiv
 * 2305.11860). Silent responses are no votes for anything.
 */
export function leaderConfidence({ counts }: Pick<Vote, "counts">): number {
  const [leader = 0, second = 0] = [...counts.values()].sort((a, b) => b - a);
  const trials = leader + second + 1;
  let term = -trials * Math.LN2; // log of C(trials, k) / 2^trials, from k = 0 on
  let total = Math.exp(term);
  for (let k = 1; k <= leader; k++) {
    term += Math.log((trials + 1 - k) / k);
    total += Math.exp(term);
  }
  return total;
}
