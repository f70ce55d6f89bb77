/** The places of the method that a variant can change: who votes, what a vote earns, what a token gains, who learns along. */
import type { Random } from "../../math/random.ts";
import type { Models } from "./models.ts";
import type { OnProgress, Policy, SampleRequest, Sampling, ScoredRollout } from "./policy.ts";
import type { TokenTable } from "./tokenTable.ts";
import type { Answer, AnswerRules, Group, Question, Response, Vote } from "./types.ts";

/** The hooks of one variant; a run composes those of all variants that are on. */
export interface Hooks {
  /** Who votes; the policy where absent. */
  readonly voters?: Voters;
  /** Sample and vote on every question once, before the first step. */
  readonly needsInitialVotes?: boolean;
  /** Learns from ground truth: a run must be given `TrueLabels`. */
  readonly learnsFromTruth?: boolean;
  /** True where a vote gives no label: nothing is rewarded. */
  readonly abstains?: (vote: Vote) => boolean;
  /** Rewards answers; by agreement with the majority where absent. */
  readonly rewardRule?: (voted: Voted, sources: RewardSources) => RewardRule;
  /** Changes the rewards of a group that has a label. */
  readonly reshapeRewards?: (rewarded: Rewarded) => Partial<Rewarded>;
  /** The token that carries a response's reward, null for none; the response's last one where absent. */
  readonly rewardedToken?: (
    response: Response,
    votes: readonly Response[],
    estimator: Estimator,
  ) => number | null;
  /** Estimates advantages; the core's estimator where absent. */
  readonly estimator?: Estimator;
  /** Changes a group's advantages [K][T]. */
  readonly reshapeAdvantages?: (
    advantages: readonly Float64Array[],
    group: Rewarded,
  ) => readonly Float64Array[];
  /** Returns whether the policy is updated in a step, counted from 1; always where absent. */
  readonly trainsPolicy?: (step: number) => boolean;
  /** Runs after the policy's updates of a step, counted from 1. */
  readonly afterUpdate?: (models: Models, step: number) => Promise<void>;
  /** Ends a run before its last step. */
  readonly earlyStop?: EarlyStop;
  /** Metrics of a step's groups, by the names that the variant declares. */
  readonly measure?: (groups: readonly Group[]) => VariantMetrics;
  /** Drops the questions that no longer fill a step at the end of an epoch. */
  readonly dropsEpochRest?: boolean;
  /** Steps by which the learning-rate schedule lags behind. */
  readonly scheduleLag?: number;
}

/** Values of the metrics that variants add; null where there is nothing to measure. */
export type VariantMetrics = Readonly<Record<string, number | null>>;

/** Who votes on a question, and how many responses that takes. */
export interface Voters {
  /** Responses drawn from the policy for each question, of them at once, and from other models. */
  readonly drawn: number;
  readonly atOnce: number;
  readonly others: number;
  /** Samples the votes on each question, in the order of the requests. */
  sample(draw: Draw): Promise<Votes[]>;
}

/** How voters sample. */
export interface Draw {
  readonly models: Models;
  readonly requests: readonly SampleRequest[];
  /** The question of each request. */
  readonly questions: readonly Question[];
  readonly rules: AnswerRules;
  /** Samples responses `first` to `first + count - 1` to each request from a model, at the settings of the run. */
  readonly sample: (
    model: Pick<Policy, "sample">,
    requests: readonly SampleRequest[],
    range: Required<Pick<Sampling, "first" | "count">>,
    onProgress?: OnProgress,
  ) => Promise<Response[][]>;
  readonly onProgress: OnProgress;
}

/** The votes on one question. */
export interface Votes {
  /** Responses of the policy; the first ones are trained on. */
  readonly responses: readonly Response[];
  /** How many of `responses` vote, the first ones. */
  readonly voters: number;
  /** Responses of other models, which vote and are not trained on. */
  readonly others: readonly Response[];
}

/** A question of a step with everything sampled for it; K responses are kept for training. */
export interface Sampled extends Votes {
  readonly question: Question;
  /** The greedy response whose reward is the estimator's baseline, if it takes one. */
  readonly greedy: Response | null;
  /** KL cost of each token of each kept response [K][T], taken from its reward; empty where KL is not part of the reward. */
  readonly costs: readonly Float64Array[];
  /** The companion's score of each token of each kept response [K][T]; empty without a companion. */
  readonly scores: readonly Float64Array[];
  /** The initial model's vote on the question, where the run asks for it. */
  readonly initialVote: InitialVote | null;
}

/** The initial model's majority answer to a question, and its share of the votes. */
export interface InitialVote {
  readonly pseudoLabel: Answer;
  readonly majorityRatio: number;
}

/** A sampled question after the vote. */
export interface Voted extends Sampled {
  /** Answers of `responses`, and of `others`. */
  readonly answers: readonly Answer[];
  readonly otherAnswers: readonly Answer[];
  readonly greedyAnswer: Answer;
  /** All votes: answers and the responses they are from. */
  readonly ballot: { readonly answers: readonly Answer[]; readonly responses: readonly Response[] };
  readonly vote: Vote;
  /** True when the vote gives no label. */
  readonly abstains: boolean;
}

/** A voted question with its rewards. */
export interface Rewarded extends Voted {
  /** Reward of each response. */
  readonly rewards: readonly number[];
  readonly greedyReward: number | null;
  readonly binaryRewards?: Group["binaryRewards"];
  readonly notes?: Group["notes"];
}

/** Reward of an answer. */
export type RewardRule = (answer: Answer) => number;

/** Inputs of rewards besides the votes. */
export interface RewardSources {
  readonly rules: AnswerRules;
  /** Ground truth, for the controls that learn from it; null in every other run. */
  readonly truth: TrueLabels | null;
  readonly random: Random;
}

/**
 * Ground truth that a run is allowed to learn from, because it was asked to. A type of its own: an answer key cannot take
 * its place, so no reward sees the truth by accident.
 */
export interface TrueLabels {
  /** Returns whether the answer to the question is right; null where that is undecided. */
  isRight(question: Question, answer: Answer): boolean | null;
}

/** Turns a step's token rewards into advantages; both are tables [question][kept response][token]. */
export interface Estimator {
  /** Scores tokens before the vote, and learns from the step before the policy does. */
  readonly companion?: Companion;
  /** Takes the reward of a greedy response to each question as baseline. */
  readonly takesGreedyBaseline?: boolean;
  /** How it treats a reward on a token beyond a response's end; absent where it sums a response's rewards. */
  readonly rewardBeyondEnd?: "lost" | "moved to the end";
  advantages(rewards: TokenTable, step: EstimatorInput): Float64Array[][];
}

/** Inputs of estimators besides token rewards. */
export interface EstimatorInput {
  readonly groups: readonly Rewarded[];
  /** Token rewards [K][T] of a group if its responses earned these rewards. */
  readonly tokenRewards: (group: Rewarded, rewards: readonly number[]) => Float64Array[];
  readonly rules: AnswerRules;
}

/** A model that learns along with the policy. */
export interface Companion {
  readonly model: "critic" | "rewardModel";
  /** True when it needs the reference model's logprobs. */
  readonly needsReference: boolean;
  /** Scores the kept responses [question][K]. */
  score(
    models: Models,
    kept: readonly (readonly ScoredRollout[])[],
    signal: AbortSignal | undefined,
  ): Promise<CompanionTurn>;
}

/** A companion's part of one step. */
export interface CompanionTurn {
  /** Score of each token [question][K][T]. */
  readonly scores: TokenTable;
  /** Updates the companion; returns metrics by the names that its variant declares. */
  learn(step: JudgedStep, onProgress: OnProgress): Promise<VariantMetrics>;
}

/** A step after rewards and advantages; tables are [question][K][T]. */
export interface JudgedStep {
  readonly groups: readonly Group[];
  /** Token rewards, KL costs deducted. */
  readonly rewards: TokenTable;
  readonly advantages: TokenTable;
}

/** Ends a run early. Its memory is a plain list of numbers, part of the run's state. */
export interface EarlyStop {
  /** Returns the memory after a step. */
  remember(memory: readonly number[], step: { readonly flipRate: number | null }): readonly number[];
  isOver(memory: readonly number[]): boolean;
}
