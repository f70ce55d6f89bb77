/** Groups -> metrics: the one place of the method that reads the answer key. */
import { mean } from "../math/stats.ts";
import { answersEqual, extractAnswer } from "./answer.ts";
import type { Evaluation, StepMetrics } from "./metrics.ts";
import type { UpdateStats } from "./policy.ts";
import type { Answer, AnswerKey, Group, Question, Response, Task, Vote } from "./types.ts";
import { majorityVote } from "./vote.ts";

/** Correctness of a group against the truth of its question; null when the key has no answer for it. */
interface Truth {
  readonly right: readonly boolean[];
  readonly labelRight: boolean;
  readonly rewardAccuracy: number;
}

function truthOf(
  question: Question,
  answers: readonly Answer[],
  vote: Vote,
  key: AnswerKey,
  task: Task,
): Truth | null {
  const truth = key.get(question.id);
  if (truth === undefined) return null;
  const equal = (answer: Answer): boolean => answer !== null && answersEqual(answer, truth, task);
  const right = answers.map(equal);
  const rewarded = answers.map((answer) => answer !== null && answer === vote.pseudoLabel);
  return {
    right,
    labelRight: equal(vote.pseudoLabel),
    rewardAccuracy: mean(right.map((isRight, i) => Number(isRight === rewarded[i]))),
  };
}

/** Mean of the values, or null when there are none. */
function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}

function describe(responses: readonly Response[], answers: readonly Answer[]) {
  const tokens = responses.reduce((sum, response) => sum + response.tokens.length, 0);
  const entropy = responses.reduce((sum, response) => sum + response.entropy * response.tokens.length, 0);
  return {
    unansweredShare: mean(answers.map((answer) => Number(answer === null))),
    truncatedShare: mean(responses.map((response) => Number(!response.finished))),
    entropy: tokens === 0 ? 0 : entropy / tokens, // mean over tokens, not over responses
    responseLength: tokens / responses.length,
    sampledTokens: tokens,
  };
}

/** The metrics of one step: `groups` of this step, the update's statistics (null when no group had a signal). */
export function measureStep(
  step: number,
  groups: readonly Group[],
  update: UpdateStats | null,
  learningRate: number,
  key: AnswerKey,
  task: Task,
): StepMetrics {
  const truths = groups
    .map((group) => truthOf(group.question, group.answers, group.vote, key, task))
    .filter((truth) => truth !== null);
  return {
    step,
    labelAccuracy: meanOrNull(truths.map((truth) => Number(truth.labelRight))),
    rewardAccuracy: meanOrNull(truths.map((truth) => truth.rewardAccuracy)),
    groundTruthRatio: meanOrNull(truths.map((truth) => mean(truth.right.map(Number)))),
    passAtN: meanOrNull(truths.map((truth) => Number(truth.right.includes(true)))),
    majorityRatio: mean(groups.map((group) => group.vote.majorityRatio)),
    reward: mean(groups.map((group) => mean(group.rewards))),
    ...describe(
      groups.flatMap((group) => group.responses),
      groups.flatMap((group) => group.answers),
    ),
    unanimousShare: mean(
      groups.map((group) => Number(group.advantages.every((advantage) => advantage === 0))),
    ),
    kl: update?.kl ?? null,
    clipFraction: update?.clipFraction ?? null,
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
): Evaluation {
  const scored = questions.map((question, i) => {
    const answers = (responses[i] ?? []).map((response) => extractAnswer(response.text, task));
    const vote = majorityVote(answers);
    return { question, answers, vote, truth: truthOf(question, answers, vote, key, task) };
  });
  const truths = scored.map((score) => score.truth).filter((truth) => truth !== null);
  return {
    step: at.step,
    samples: responses[0]?.length ?? 0,
    temperature: at.temperature,
    topP: at.topP,
    passAt1: meanOrNull(truths.map((truth) => mean(truth.right.map(Number)))),
    majAtN: meanOrNull(truths.map((truth) => Number(truth.labelRight))),
    passAtN: meanOrNull(truths.map((truth) => Number(truth.right.includes(true)))),
    rewardAccuracy: meanOrNull(truths.map((truth) => truth.rewardAccuracy)),
    majorityRatio: mean(scored.map((score) => score.vote.majorityRatio)),
    ...describe(
      responses.flat(),
      scored.flatMap((score) => score.answers),
    ),
    questions: scored.map(({ question, vote, truth }) => ({
      id: question.id,
      level: question.level ?? null,
      passAt1: truth === null ? null : mean(truth.right.map(Number)),
      majority: truth === null ? null : Number(truth.labelRight),
      majorityRatio: vote.majorityRatio,
    })),
  };
}
