/** The part of the configuration's table that says what is rewarded: labels, and remedies published since the paper. */
import { choice, integer, real } from "./configField.ts";

/** In the order a form shows them; all remedies are off by default. */
export const REWARD_FIELDS = {
  labels: choice(
    "Rewards",
    "Labels",
    ["majority", "truth", "initial-majority", "random", "random-reward", "wrong-majority", "format"],
    "What is rewarded. majority is TTRL; the others are controls: the true answer, what the initial model voted for, an answer drawn at random, any response by the toss of a coin, the most frequent wrong answer, any answer at all. truth and wrong-majority learn from the data set's answers.",
  ),
  voting: choice(
    "Rewards",
    "Voting",
    ["hard", "soft", "entropy-weighted", "selective"],
    "What the majority's votes earn: hard 1 for the winner (TTRL); soft each answer's share (EMPO); entropy-weighted shares that count sure votes for more (DARE); selective the winner's share only under a clear consensus, and a penalty for rare and unsure answers (SCRL).",
  ),
  rareAnswerFloor: real(
    "Rewards",
    "Rare-answer floor",
    0,
    [0, 1],
    "",
    "With entropy-weighted votes, answers with a smaller weighted share get none of the reward.",
  ),
  rareAnswerBonus: real(
    "Rewards",
    "Rare-answer bonus",
    0,
    [0, 10],
    "",
    "With entropy-weighted votes, what an answer that is rare and sure earns beside its share.",
  ),
  unsurePenalty: real(
    "Rewards",
    "Unsure-answer penalty",
    0,
    [0, 10],
    "per nat",
    "With selective votes, what an answer loses for each nat of entropy above its group's.",
  ),
  leastVoteEntropy: real(
    "Rewards",
    "Least vote entropy",
    0,
    [0, 7],
    "nats",
    "Questions whose votes are more united than this are not trained on (EMPO).",
  ),
  mostVoteEntropy: real(
    "Rewards",
    "Most vote entropy",
    7,
    [0, 7],
    "nats",
    "Questions whose votes are more scattered than this are not trained on; 7 nats leaves none out (EMPO).",
  ),
  consensusFloor: integer(
    "Rewards",
    "Consensus floor",
    0,
    [0, 1024],
    "votes",
    "Where fewer responses agree on the majority, nobody is rewarded and all are pushed away from (RESTRAIN); 0 is off.",
  ),
  consensusPenalty: real(
    "Rewards",
    "Low-consensus penalty",
    0,
    [0, 10],
    "",
    "What is taken from the advantages of a question below the consensus floor.",
  ),
  advantageShaping: choice(
    "Rewards",
    "Advantage shaping",
    ["none", "entropy", "clip"],
    "entropy lets responses that were unsurer than their group count for less; clip holds advantages within -2 and 2 (ETTRL).",
  ),
} as const;
