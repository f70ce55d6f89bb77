/** Groups -> metrics: the one place that reads the answer key. */
import { at } from "../../math/at.ts";
import { mean, sum } from "../../math/stats.ts";
import { extractAnswers, gradeAnswer, gradeLabel } from "../answer.ts";
import type { StepOutcome } from "../contracts/step.ts";
import type { Answer, AnswerRules, Group, Question, Response } from "../contracts/types.ts";
import type { EvaluationSamples } from "../evaluate.ts";
import { rewardFor } from "../reward.ts";
import { majorityVote, voteEntropy } from "../vote.ts";
import type { AnswerKey } from "./answerKey.ts";
import { measureAtK } from "./atK.ts";
import type { Evaluation, StepMetrics } from "./metrics.ts";

/** The responses to a question with their vote, as metrics need them. */
export type Examined = Pick<
  Group,
  "question" | "responses" | "answers" | "vote" | "rewards" | "binaryRewards"
>;

/** Grade of an answer or label: right, wrong, or null where the grader did not decide, which counts as neither. */
type Grade = boolean | null;

/** Grades of a group against ground truth. */
interface Truth {
  readonly answers: readonly Answer[];
  readonly rewards: readonly number[];
  readonly right: readonly Grade[];
  readonly labelRight: Grade;
}

/** Returns null when the key has no answer for the question. */
function truthOf(
  { question, answers, vote, rewards, binaryRewards = rewards }: Examined,
  key: AnswerKey,
  rules: AnswerRules,
): Truth | null {
  const truth = key.get(question.id);
  if (truth === undefined) return null;
  const right = answers.map((answer): Grade => answer !== null && gradeAnswer(answer, truth, rules));
  const { pseudoLabel } = vote;
  return {
    answers,
    rewards: binaryRewards,
    right,
    labelRight: pseudoLabel !== null && gradeLabel(pseudoLabel, truth, rules),
  };
}

/** Returns accuracies over the questions with ground truth and the grades that were decided; null when there are none. */
function accuracy(truths: readonly Truth[]) {
  return {
    rewardAccuracy: meanKnown(truths.map(rewardAccuracyOf)),
    groundTruthRatio: meanKnown(truths.map(shareRight)),
    passAtN: meanKnown(truths.map(anyRight)),
    ungradedShare: meanKnown(truths.map(({ right }) => mean(right.map((grade) => Number(grade === null))))),
  };
}

/**
 * How near the rewards are to those that the truth would give: of rewards 0 and 1 the share that is right. Soft rewards
 * count by their distance, and one that is off by more than 1 counts as wrong. Rewards by novelty are right by their sign.
 */
function rewardAccuracyOf({ right, rewards }: Truth): number | null {
  const nearness = (grade: boolean, i: number): number =>
    1 - Math.min(1, Math.abs(Number(grade) - at(rewards, i)));
  return meanKnown(right.map((grade, i) => (grade === null ? null : nearness(grade, i))));
}

function shareRight({ right }: Truth): number | null {
  return meanKnown(right.map(toNumber));
}

/** Returns 1 if any response is right; null where none is and one is ungraded. */
function anyRight({ right }: Truth): number | null {
  return right.includes(true) ? 1 : right.includes(null) ? null : 0;
}

function toNumber(grade: Grade): number | null {
  return grade === null ? null : Number(grade);
}

/** Returns the mean of the values that are not null; null when there are none. */
function meanKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : mean(known);
}

/** Metrics that need no answer key. */
function describe(judged: readonly Examined[]) {
  const responses = judged.flatMap((group) => group.responses);
  const lengths = responses.map(({ tokens }) => tokens.length);
  return {
    majorityRatio: mean(judged.map(({ vote }) => vote.majorityRatio)),
    reward: mean(judged.map(({ rewards }) => mean(rewards))),
    voteEntropy: mean(judged.map(({ vote }) => voteEntropy(vote))),
    unansweredShare: mean(judged.flatMap(({ answers }) => answers).map((answer) => Number(isSilent(answer)))),
    truncatedShare: mean(responses.map((response) => Number(!response.finished))),
    entropy: meanByTokens(lengths, responses.map(({ entropy }) => entropy)), // prettier-ignore
    responseLength: mean(lengths),
    responseLengthMin: least(lengths),
    responseLengthMax: most(lengths),
    sampledTokens: sum(lengths),
  };
}

/** Returns whether an answer is missing, which is "" under the paper's rules. */
function isSilent(answer: Answer): boolean {
  return answer === null || answer === "";
}

// Not Math.min(...values): there may be more responses than a call may have arguments.

function least(values: readonly number[]): number {
  return values.reduce((extreme, value) => Math.min(extreme, value));
}

function most(values: readonly number[]): number {
  return values.reduce((extreme, value) => Math.max(extreme, value));
}

/** Returns the mean of one value per response, weighted by its tokens; 0 without tokens. */
function meanByTokens(lengths: readonly number[], values: readonly number[]): number {
  const tokens = sum(lengths);
  return tokens === 0 ? 0 : sum(lengths.map((length, i) => length * at(values, i))) / tokens;
}

/** Metrics of the responses kept for training, the first of each group. */
function describeKept(groups: readonly Group[], truths: readonly (Truth | null)[]) {
  const kept = groups.map((group): Examined => {
    const first = <T>(values: readonly T[]): T[] => values.slice(0, group.advantages.length);
    const { responses, answers, rewards } = group;
    return { ...group, responses: first(responses), answers: first(answers), rewards: first(rewards) };
  });
  const keptTruths = truths.flatMap((truth, i) => {
    if (truth === null) return [];
    const { length } = at(kept, i).responses;
    return { ...truth, rewards: truth.rewards.slice(0, length), right: truth.right.slice(0, length) };
  });
  const { rewardAccuracy, groundTruthRatio, passAtN } = accuracy(keptTruths);
  const described = describe(kept);
  const rewards = kept.flatMap((group) => group.rewards);
  const responses = kept.flatMap((group) => group.responses);
  const advantages = groups.flatMap((group) => group.advantages);
  return {
    postRewardAccuracy: rewardAccuracy,
    postGroundTruthRatio: groundTruthRatio,
    postPassAtN: passAtN,
    postReward: described.reward,
    postRewardMin: least(rewards),
    postRewardMax: most(rewards),
    postEntropy: described.entropy,
    postResponseLength: described.responseLength,
    postResponseLengthMin: described.responseLengthMin,
    postResponseLengthMax: described.responseLengthMax,
    postTruncatedShare: described.truncatedShare,
    ...promptLengths(responses),
    advantageMean: meanByTokens(
      responses.map(({ tokens }) => tokens.length),
      advantages,
    ),
    advantageMin: least(advantages),
    advantageMax: most(advantages),
    unanimousShare: mean(groups.map((group) => Number(group.advantages.every((value) => value === 0)))),
  };
}

/** Lengths of the prompts, a prompt counted with each of its responses; null where the policy does not report them. */
function promptLengths(responses: readonly Response[]) {
  const lengths = responses.flatMap(({ promptTokens }) => promptTokens ?? []);
  if (lengths.length < responses.length)
    return { promptLength: null, promptLengthMin: null, promptLengthMax: null, batchTokens: null };
  return {
    promptLength: mean(lengths),
    promptLengthMin: least(lengths),
    promptLengthMax: most(lengths),
    batchTokens: sum(lengths) + sum(responses.map(({ tokens }) => tokens.length)),
  };
}

/** Returns the metrics of one step. */
export function measureStep(
  { step, groups, flipRate, learningRate, update, variants, extraTokens }: StepOutcome,
  key: AnswerKey,
  rules: AnswerRules,
): StepMetrics {
  const all = groups.map((group) => truthOf(group, key, rules));
  const truths = all.filter((truth) => truth !== null);
  const described = describe(groups);
  return {
    step,
    labelAccuracy: meanKnown(truths.map(({ labelRight }) => toNumber(labelRight))),
    ...accuracy(truths),
    ...described,
    sampledTokens: described.sampledTokens + otherTokens(groups) + extraTokens,
    flipRate,
    ...describeKept(groups, all),
    kl: update?.kl ?? null,
    clipFraction: update?.clipFraction ?? null,
    clipFractionLow: update?.clipFractionLow ?? null,
    gradientNorm: update?.gradientNorm ?? null,
    loss: update?.loss ?? null,
    logprobGap: update?.logprobGap ?? null,
    oldKl: update?.oldKl ?? null,
    learningRate,
    ...variants,
    trainedTokens: update?.tokens ?? 0,
  };
}

/** Returns the tokens of other voters' responses, which cost as much to sample as the policy's. */
function otherTokens(groups: readonly Group[]): number {
  return sum(groups.flatMap(({ others }) => others?.responses ?? []).map(({ tokens }) => tokens.length));
}

/** Returns the metrics of one evaluation. */
export function measureEvaluation(
  { step, temperature, topP, responses }: EvaluationSamples,
  judged: readonly Examined[],
  key: AnswerKey,
  rules: AnswerRules,
): Required<Evaluation> {
  const scored = judged.map((group) => ({ ...group, truth: truthOf(group, key, rules) }));
  const truths = scored.map(({ truth }) => truth).filter((truth) => truth !== null);
  const { groundTruthRatio: passAt1, ...rest } = accuracy(truths);
  return {
    ...{ step, samples: responses[0]?.length ?? 0, temperature, topP },
    passAt1,
    majAtN: meanKnown(truths.map(({ labelRight }) => toNumber(labelRight))),
    stdAtN: meanKnown(truths.map(shareRight).map(deviation)),
    ...rest,
    ...describe(judged),
    atK: measureAtK(truths.filter(isGraded)),
    questions: scored.map(({ question, vote, truth }) => ({
      id: question.id,
      level: question.level ?? null,
      passAt1: truth === null ? null : shareRight(truth),
      majority: truth === null ? null : toNumber(truth.labelRight),
      majorityRatio: vote.majorityRatio,
    })),
  };
}

/** Returns the standard deviation of correctness from the share of right responses. */
function deviation(share: number | null): number | null {
  return share === null ? null : Math.sqrt(share * (1 - share));
}

/** Returns whether every response has a grade, which draws of k need. */
function isGraded(truth: Truth): truth is Truth & { readonly right: readonly boolean[] } {
  return !truth.right.includes(null);
}

/** Returns the votes of an evaluation. */
export function examine({ questions, responses }: EvaluationSamples, rules: AnswerRules): Examined[] {
  return questions.map((question, i) => judge(question, at(responses, i), rules));
}

function judge(question: Question, responses: readonly Response[], rules: AnswerRules): Examined {
  const texts = responses.map(({ text }) => text);
  const answers = extractAnswers(texts, rules, question.options);
  const vote = majorityVote(answers);
  return {
    question,
    responses,
    answers,
    vote,
    rewards: answers.map((answer) => rewardFor(answer, vote.pseudoLabel, rules)),
  };
}
