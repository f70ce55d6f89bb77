/** Votes -> rewards of answers, for votes that are more than one winner. Shares, counts and entropies of a group. */
import { mean, sum } from "../../math/stats.ts";
import type { Voting } from "../ttrlConfig.ts";
import { labelWeights } from "./labelWeights.ts";
import type { Answer, Response, Vote } from "../contracts/types.ts";

/** A group's votes and how sure each was. */
export interface Ballot {
  readonly vote: Vote;
  readonly answers: readonly Answer[];
  readonly responses: readonly Pick<Response, "entropy">[];
}

/** What the kinds of votes can be tuned by. */
export interface BallotOptions {
  /** DARE's tau: answers with a smaller weighted share get none. */
  readonly rareAnswerFloor: number;
  /** DARE's alpha: what a rare and sure answer earns beside its share. */
  readonly rareAnswerBonus: number;
  /** SCRL's lambda: what an answer loses for each nat that it is less sure than the group. */
  readonly unsurePenalty: number;
  /** RESTRAIN's k and sigma: the vote share that is trusted most, and how far around it. */
  readonly trustCentre: number;
  readonly labelTrustWidth: number;
}

/** SCRL's gates on the vote shares: of the winner, of its lead, and below which an answer may be called wrong. */
const CONSENSUS = 0.375;
const LEAD = 0.125;
const NEGATIVE = 0.125;

/** Keeps the division finite for answers that are given without any doubt. */
const EPSILON = 1e-6;

/** Reward by answer of the group; an answer that is not in it earns 0, and so does silence. */
export function ballotRewards(
  kind: Voting,
  ballot: Ballot,
  options: BallotOptions,
): ReadonlyMap<string, number> {
  switch (kind) {
    case "hard":
      return ballot.vote.pseudoLabel === null ? new Map() : new Map([[ballot.vote.pseudoLabel, 1]]);
    case "soft":
      return softRewards(ballot);
    case "entropy-weighted":
      return entropyWeightedRewards(ballot, options);
    case "selective":
      return selectiveRewards(ballot, options);
    case "multi-label":
      return multiLabelWeights(ballot.vote, ballot.answers.length, options);
  }
}

/** EMPO (arXiv 2504.05812): r(a) = p_a = n_a / n, the share of all responses, silent ones included. */
function softRewards({ vote, answers }: Ballot): ReadonlyMap<string, number> {
  return new Map([...vote.counts].map(([answer, count]) => [answer, count / answers.length]));
}

/**
 * DARE (arXiv 2601.21804): votes count for more where they were sure. With u_a the mean entropy of the responses that say
 * a: p~(a) = n_a / (u_a + eps), normalised; shares below tau become 0 and the rest is normalised again;
 * r(a) = p~(a) + alpha (1 - n_a / n) (1 - u_a).
 */
function entropyWeightedRewards(
  ballot: Ballot,
  { rareAnswerFloor, rareAnswerBonus }: BallotOptions,
): ReadonlyMap<string, number> {
  const entropies = entropyByAnswer(ballot);
  const weights = [...ballot.vote.counts].map(([answer, count]) => ({
    answer,
    count,
    entropy: entropies.get(answer) ?? 0,
    weight: count / ((entropies.get(answer) ?? 0) + EPSILON),
  }));
  const total = sum(weights.map(({ weight }) => weight));
  const isKept = (weight: number): boolean => weight / total >= rareAnswerFloor;
  const kept = sum(weights.map(({ weight }) => (isKept(weight) ? weight : 0)));
  return new Map(
    weights.map(({ answer, count, entropy, weight }) => {
      const share = isKept(weight) ? weight / kept : 0;
      return [answer, share + rareAnswerBonus * (1 - count / ballot.answers.length) * (1 - entropy)];
    }),
  );
}

/**
 * SCRL (arXiv 2603.19880): the winner is rewarded only where the group agrees, and what few and unsure responses say is
 * penalised. Winner, if p_1 >= 3/8 and p_1 - p_2 > 1/8: r = p_a - lambda (H_a - H). Answers with p_a < 1/8 and H_a >= H:
 * r = p_a - 1/8 - lambda (H_a - H). Others 0. H_a is the mean entropy of the responses that say a, H that of all.
 */
function selectiveRewards(ballot: Ballot, { unsurePenalty }: BallotOptions): ReadonlyMap<string, number> {
  const { vote, answers, responses } = ballot;
  const entropies = entropyByAnswer(ballot);
  const typical = mean(responses.map(({ entropy }) => entropy));
  const [first = 0, second = 0] = [...vote.counts.values()]
    .map((count) => count / answers.length)
    .sort((a, b) => b - a);
  const isAgreed = first >= CONSENSUS && first - second > LEAD;
  return new Map(
    [...vote.counts].map(([answer, count]) => {
      const share = count / answers.length;
      const doubt = (entropies.get(answer) ?? 0) - typical;
      if (isAgreed && answer === vote.pseudoLabel) return [answer, share - unsurePenalty * doubt];
      const isNegative = share < NEGATIVE && doubt >= 0;
      return [answer, isNegative ? share - NEGATIVE - unsurePenalty * doubt : 0];
    }),
  );
}

/** RESTRAIN's weights of the answers as labels, of a vote of so many. */
export function multiLabelWeights(
  vote: Vote,
  votes: number,
  { trustCentre: centre, labelTrustWidth: width }: Pick<BallotOptions, "trustCentre" | "labelTrustWidth">,
): ReadonlyMap<string, number> {
  return labelWeights(vote, votes, { centre, width });
}

/** Mean entropy (nats a token) of the responses that give each answer. */
function entropyByAnswer({ vote, answers, responses }: Ballot): ReadonlyMap<string, number> {
  return new Map(
    [...vote.counts.keys()].map((wanted) => [
      wanted,
      mean(responses.filter((_, i) => answers[i] === wanted).map(({ entropy }) => entropy)),
    ]),
  );
}

/** Entropy (nats) of the vote shares of the answers given: 0 when all agree; EMPO trains between two bounds of it. */
export function ballotEntropy({ counts }: Vote): number {
  const given = sum([...counts.values()]);
  return sum([...counts.values()].map((count) => (count / given) * Math.log(given / count)));
}
