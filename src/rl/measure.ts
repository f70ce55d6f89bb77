/** Groups -> metrics: the one place of the method that reads the answer key. */
import { mean, sum } from "../math/stats.ts";
import { answersEqual, extractAnswers } from "./answer.ts";
import { measureAtK } from "./atK.ts";
import { flipRate, type LabelHistory } from "./labelHistory.ts";
import type { Evaluation, StepMetrics } from "./metrics.ts";
import type { UpdateStats } from "./policy.ts";
import { rewardFor } from "./reward.ts";
import type { Answer, AnswerKey, Group, Question, Response, Task, Vote } from "./types.ts";
import { majorityVote } from "./vote.ts";

/** A question and what came of its responses. */
interface Judged {
  readonly question: Question;
  readonly responses: readonly Response[];
  readonly answers: readonly Answer[];
  readonly vote: Vote;
  readonly rewards: readonly number[];
}

/** Correctness of a group against the truth of its question. */
interface Truth {
  readonly answers: readonly Answer[];
  readonly rewards: readonly number[];
  readonly right: readonly boolean[];
  readonly labelRight: boolean;
}

/** Null when the key has no answer for the question. */
function truthOf({ question, answers, vote, rewards }: Judged, key: AnswerKey, task: Task): Truth | null {
  const truth = key.get(question.id);
  if (truth === undefined) return null;
  const equal = (answer: Answer): boolean => answer !== null && answersEqual(answer, truth, task);
  return { answers, rewards, right: answers.map(equal), labelRight: equal(vote.pseudoLabel) };
}

/** Accuracies over the questions whose truth is known; null when it is of none. */
function accuracy(truths: readonly Truth[]) {
  return {
    rewardAccuracy: meanOrNull(truths.map(rewardAccuracyOf)),
    groundTruthRatio: meanOrNull(truths.map(shareRight)),
    passAtN: meanOrNull(truths.map(({ right }) => Number(right.includes(true)))),
  };
}

/**
 * How near the rewards are to those that the truth would give: of rewards 0 and 1 the share that is right. Soft rewards
 * count by their distance, and one that is off by more than 1 counts as wrong.
 */
function rewardAccuracyOf({ right, rewards }: Truth): number {
  return mean(right.map((isRight, i) => 1 - Math.min(1, Math.abs(Number(isRight) - (rewards[i] ?? 0)))));
}

function shareRight({ right }: Truth): number {
  return mean(right.map(Number));
}

/** The same without the responses that only voted: the first `count` are kept. */
function keep(truth: Truth, count: number): Truth {
  const { answers, rewards, right } = truth;
  return {
    ...truth,
    answers: answers.slice(0, count),
    rewards: rewards.slice(0, count),
    right: right.slice(0, count),
  };
}

/** Mean of the values, or null when there are none. */
function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}

/** What needs no truth: the votes, and the responses as they are. */
function describe(judged: readonly Judged[]) {
  const responses = judged.flatMap((group) => group.responses);
  const lengths = responses.map(({ tokens }) => tokens.length);
  return {
    majorityRatio: mean(judged.map(({ vote }) => vote.majorityRatio)),
    reward: mean(judged.map(({ rewards }) => mean(rewards))),
    voteEntropy: mean(judged.map(({ vote }) => voteEntropyOf(vote))),
    unansweredShare: mean(judged.flatMap(({ answers }) => answers).map((answer) => Number(answer === null))),
    truncatedShare: mean(responses.map((response) => Number(!response.finished))),
    entropy: tokenMean(
      responses,
      responses.map((response) => response.entropy),
    ),
    responseLength: mean(lengths),
    responseLengthMin: least(lengths),
    responseLengthMax: most(lengths),
    sampledTokens: sum(lengths),
  };
}

// Not Math.min(...values): there may be more responses than a call may have arguments.

function least(values: readonly number[]): number {
  return values.reduce((extreme, value) => Math.min(extreme, value));
}

function most(values: readonly number[]): number {
  return values.reduce((extreme, value) => Math.max(extreme, value));
}

/** Entropy (nats) of the votes given; 0 when there are none. */
function voteEntropyOf({ counts }: Vote): number {
  const votes = [...counts.values()];
  const given = sum(votes);
  return sum(votes.map((count) => (count / given) * Math.log(given / count)));
}

/** Mean over tokens, not over responses, of a value of each response; 0 without tokens. */
function tokenMean(responses: readonly Response[], values: readonly number[]): number {
  const lengths = responses.map(({ tokens }) => tokens.length);
  const tokens = sum(lengths);
  return tokens === 0 ? 0 : sum(lengths.map((length, i) => length * (values[i] ?? 0))) / tokens;
}

/** What of a step concerns the responses kept for training. */
function describeKept(groups: readonly Group[], key: AnswerKey, task: Task) {
  const truths = groups.flatMap((group) => {
    const truth = truthOf(group, key, task);
    return truth === null ? [] : keep(truth, group.advantages.length);
  });
  const { rewardAccuracy, groundTruthRatio, passAtN } = accuracy(truths);
  const rewards = groups.map((group) => group.rewards.slice(0, group.advantages.length));
  const responses = groups.flatMap((group) => group.responses.slice(0, group.advantages.length));
  const advantages = groups.flatMap((group) => group.advantages);
  return {
    postRewardAccuracy: rewardAccuracy,
    postGroundTruthRatio: groundTruthRatio,
    postPassAtN: passAtN,
    postReward: mean(rewards.map(mean)),
    postRewardMin: least(rewards.flat()),
    postRewardMax: most(rewards.flat()),
    postEntropy: tokenMean(
      responses,
      responses.map(({ entropy }) => entropy),
    ),
    advantageMean: tokenMean(responses, advantages),
    advantageMin: least(advantages),
    advantageMax: most(advantages),
    unanimousShare: mean(groups.map((group) => Number(group.advantages.every((value) => value === 0)))),
  };
}

/** What a step did. */
export interface StepOutcome {
  readonly step: number;
  readonly groups: readonly Group[];
  /** The pseudo-labels before the step. */
  readonly labels: LabelHistory;
  readonly learningRate: number;
  /** Null when no group had a signal. */
  readonly update: UpdateStats | null;
}

/** The metrics of one step. */
export function measureStep(
  { step, groups, labels, learningRate, update }: StepOutcome,
  key: AnswerKey,
  task: Task,
): Required<StepMetrics> {
  const truths = groups.map((group) => truthOf(group, key, task)).filter((truth) => truth !== null);
  return {
    step,
    labelAccuracy: meanOrNull(truths.map((truth) => Number(truth.labelRight))),
    ...accuracy(truths),
    ...describe(groups),
    flipRate: flipRate(labels, groups, task),
    ...describeKept(groups, key, task),
    kl: update?.kl ?? null,
    clipFraction: update?.clipFraction ?? null,
    clipFractionLow: update?.clipFractionLow ?? null,
    gradientNorm: update?.gradientNorm ?? null,
    loss: update?.loss ?? null,
    logprobGap: update?.logprobGap ?? null,
    learningRate,
    trainedTokens: update?.tokens ?? 0,
  };
}

/** The metrics of one evaluation: `responses[i]` are the samples of `questions[i]`. */
export function measureEvaluation(
  at: { readonly step: number; readonly temperature: number; readonly topP: number },
  questions: readonly Question[],
  responses: readonly (readonly Response[])[],
  key: AnswerKey,
  task: Task,
): Required<Evaluation> {
  const judged = questions.map((question, i) => judge(question, responses[i] ?? [], task));
  const scored = judged.map((group) => ({ ...group, truth: truthOf(group, key, task) }));
  const truths = scored.map(({ truth }) => truth).filter((truth) => truth !== null);
  const { groundTruthRatio: passAt1, passAtN, rewardAccuracy } = accuracy(truths);
  return {
    step: at.step,
    samples: responses[0]?.length ?? 0,
    temperature: at.temperature,
    topP: at.topP,
    passAt1,
    majAtN: meanOrNull(truths.map((truth) => Number(truth.labelRight))),
    passAtN,
    stdAtN: meanOrNull(truths.map(shareRight).map((share) => Math.sqrt(share * (1 - share)))),
    rewardAccuracy,
    ...describe(judged),
    atK: measureAtK(truths),
    questions: scored.map(({ question, vote, truth }) => ({
      id: question.id,
      level: question.level ?? null,
      passAt1: truth === null ? null : shareRight(truth),
      majority: truth === null ? null : Number(truth.labelRight),
      majorityRatio: vote.majorityRatio,
    })),
  };
}

function judge(question: Question, responses: readonly Response[], task: Task): Judged {
  const answers = extractAnswers(
    responses.map(({ text }) => text),
    task,
  );
  const vote = majorityVote(answers);
  return {
    question,
    responses,
    answers,
    vote,
    rewards: answers.map((answer) => rewardFor(answer, vote.pseudoLabel)),
  };
}
