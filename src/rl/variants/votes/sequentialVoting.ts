/** Votes in batches, until the winner is safe (OptPO, arXiv 2512.02882). */
import { at } from "../../../math/at.ts";
import { sum } from "../../../math/stats.ts";
import { extractAnswers } from "../../answer.ts";
import { integer, real } from "../../config/field.ts";
import type { Draw, Voters, Votes } from "../../contracts/hooks.ts";
import { drawn, text } from "../../contracts/metricText.ts";
import type { AnswerRules, Question, Response, Vote } from "../../contracts/types.ts";
import { defineVariant } from "../../contracts/variant.ts";
import { majorityVote } from "../../vote.ts";

export const sequentialVoting = defineVariant({
  name: "sequential voting",
  fields: {
    voteBatch: integer(
      { group: "Votes", label: "Vote batch", default: 0, bounds: [0, 1024], unit: "responses" },
      "Samples votes in batches of this size, and no more of a question once its winner is safe (OptPO; try 16); 0 samples all at once.",
    ),
    voteConfidence: real(
      { group: "Votes", label: "Vote confidence", default: 0.95, bounds: [0.5, 0.9999] },
      "With a vote batch, the probability that the leading answer beats the runner-up at which a question is decided; higher saves less.",
    ),
  },
  metrics: {
    savedVotes: drawn(
      text(
        { name: "votes saved", unit: "share" },
        "1 - votes sampled / votes allowed",
        "Votes that were never sampled because a question's winner was already safe. It rises as the policy sharpens.",
      ),
      {
        label: "votes saved",
        absence: "Measured only where votes are sampled in batches until the winner is safe.",
      },
    ),
  },
  problems: ({ voteBatch: batch, teacherShare: share }) =>
    isPositive(batch) && isPositive(share)
      ? [`voteBatch (${batch}) must be 0 where a teacher votes: teacherShare is ${share}`]
      : [],
  isOn: (config) => config.voteBatch !== 0,
  hooks: (config) => ({
    voters: sequentialVoters(config),
    measure: (groups) => {
      const cast = sum(groups.map(({ responses }) => responses.length));
      return { savedVotes: 1 - cast / (config.votesPerQuestion * groups.length) };
    },
  }),
});

function isPositive(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}

/** How votes are sampled until one answer is safe. */
export interface Stopping {
  readonly votesPerQuestion: number;
  readonly voteBatch: number;
  readonly voteConfidence: number;
}

function sequentialVoters(stopping: Stopping): Voters {
  const { votesPerQuestion: count, voteBatch } = stopping;
  return {
    ...{ drawn: count, atOnce: Math.min(voteBatch, count), others: 0 },
    async sample({ models, requests, questions, sample, rules, onProgress }: Draw): Promise<Votes[]> {
      const total = requests.length * count;
      let done = 0;
      const draw: DrawVotes = async (open, range) => {
        const before = done;
        const chosen = open.map((question) => at(requests, question));
        const votes = await sample(models.policy, chosen, range, (rows) => onProgress(before + rows, total));
        done += open.length * range.count;
        return votes;
      };
      const votes = await drawVotes(draw, questions, stopping, rules);
      return votes.map((responses) => ({ responses, voters: responses.length, others: [] }));
    },
  };
}

/** Samples responses `first` to `first + count - 1` to each of these questions. */
export type DrawVotes = (
  questions: readonly number[],
  range: { readonly first: number; readonly count: number },
) => Promise<Response[][]>;

/**
 * Samples votes batch by batch; a question gets no further batch once its leading answer is safe by `leaderConfidence`.
 * Response i is drawn from stream i of the question's seed whatever the batches, so what is sampled is a prefix of the
 * votes of a run that samples them all.
 */
export async function drawVotes(
  draw: DrawVotes,
  questions: readonly Pick<Question, "options">[],
  { votesPerQuestion, voteBatch, voteConfidence }: Stopping,
  rules: AnswerRules,
): Promise<Response[][]> {
  const votes = questions.map((): Response[] => []);
  let open = [...votes.keys()];
  for (let first = 0; open.length > 0 && first < votesPerQuestion; first += voteBatch) {
    const batch = await draw(open, { first, count: Math.min(voteBatch, votesPerQuestion - first) });
    for (const [place, question] of open.entries()) at(votes, question).push(...at(batch, place));
    open = open.filter((question) => {
      const texts = at(votes, question).map(({ text: response }) => response);
      return (
        leaderConfidence(majorityVote(extractAnswers(texts, rules, at(questions, question).options))) <
        voteConfidence
      );
    });
  }
  return votes;
}

/**
 * Returns the posterior probability that the leading answer is more likely than the runner-up, with c1 and c2 votes: with
 * theta the leader's share of the votes that either gets and a uniform prior on it, P(theta > 1/2) under
 * Beta(c1 + 1, c2 + 1) = P(Binomial(c1 + c2 + 1, 1/2) <= c1). Its odds are the Bayes factor of the two hypotheses, so
 * stopping at a threshold is a Bayesian sequential test, like OptPO's. That paper's abstract leaves its vote model open;
 * this one, which needs neither the number of candidates nor their accuracy, is Adaptive-Consistency's (arXiv 2305.11860).
 * Responses without an answer count for neither.
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
