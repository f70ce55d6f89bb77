/** The part of the configuration's table that says what is rewarded: labels, and remedies published since the paper. */
import { choice, integer, real } from "./configField.ts";

/** What these fields hold. */
export interface RewardConfig {
  readonly labelSource: LabelSource;
  readonly voting: Voting;
  readonly rareAnswerFloor: number;
  readonly rareAnswerBonus: number;
  readonly unsurePenalty: number;
  readonly leastVoteEntropy: number;
  readonly mostVoteEntropy: number;
  readonly consensusFloor: number;
  readonly consensusPenalty: number;
  readonly advantageShaping: AdvantageShaping;
  readonly stopWindow: number;
  readonly stopFlipRate: number;
}

/** What is rewarded; each is told in `rl/variants/labels.ts`. */
export type LabelSource =
  "majority" | "truth" | "initial-majority" | "random" | "random-reward" | "wrong-majority" | "format";

/** How votes become rewards where the labels are the majority's; formulas and sources in `rl/variants/ballot.ts`. */
export type Voting = "hard" | "soft" | "entropy-weighted" | "selective" | "multi-label";

/** What advantages are changed by; formulas and sources in `rl/variants/reshape.ts`. */
export type AdvantageShaping = "none" | "entropy" | "clip" | "outliers";

/** In the order a form shows them; all remedies are off by default. */
export const REWARD_FIELDS = {
  labelSource: choice(
    "Rewards",
    "Label source",
    ["majority", "truth", "initial-majority", "random", "random-reward", "wrong-majority", "format"],
    "What is rewarded. majority is TTRL; the others are controls: the true answer, what the initial model voted for, an answer drawn at random, any response by the toss of a coin, the most frequent wrong answer, any answer at all. truth and wrong-majority learn from the data set's answers.",
  ),
  voting: choice(
    "Rewards",
    "Voting",
    ["hard", "soft", "entropy-weighted", "selective", "multi-label"],
    "What the majority's votes earn: hard 1 for the winner (TTRL); soft each answer's share (EMPO); entropy-weighted shares that count sure votes for more (DARE); selective the winner's share only under a clear consensus, and a penalty for rare and unsure answers (SCRL); multi-label makes every answer a label and weighs the losses by the trust in its share (RESTRAIN).",
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
    ["none", "entropy", "clip", "outliers"],
    "entropy lets responses that were unsurer than their group count for less; clip holds advantages within -2 and 2 (ETTRL); outliers leaves out responses far surer than their group, against collapse (M-GRPO).",
  ),
  stopWindow: integer(
    "Loop",
    "Early-stop window",
    0,
    [0, 10_000],
    "steps",
    "The run ends once pseudo-labels hardly flipped over so many steps: from there on a policy sharpens right and wrong labels alike; 0 never ends early.",
  ),
  stopFlipRate: real(
    "Loop",
    "Early-stop flip rate",
    0.01,
    [0, 1],
    "",
    "With an early-stop window, the mean share of changed pseudo-labels at which the run ends.",
  ),
} as const;
