/** Measures a run on a study, whose answer key the loop never sees. */
import { answerRules } from "../answer.ts";
import type { Examiner } from "../contracts/examiner.ts";
import type { PhaseSeconds } from "../contracts/step.ts";
import type { AnswerRules } from "../contracts/types.ts";
import type { Study } from "./answerKey.ts";
import { measureEvaluation, measureStep } from "./measure.ts";
import type { Evaluation, StepMetrics, StepTiming } from "./metrics.ts";

/** Returns the examiner of runs on a study, with the answer rules of their configuration. */
export function examinerOf(
  study: Study,
  settings: Pick<AnswerRules, "answers">,
): Examiner<StepMetrics, Evaluation> {
  const rules = answerRules(study, settings);
  const { answerKey } = study;
  return {
    step: (outcome) => measureStep(outcome, answerKey, rules),
    evaluation: (at, questions, responses) => measureEvaluation(at, questions, responses, answerKey, rules),
  };
}

/** Returns the timing of a step. */
export function stepTiming(
  { sampledTokens, trainedTokens, batchTokens = null }: StepMetrics,
  { sample, judge, train }: PhaseSeconds,
): StepTiming {
  const stepSeconds = sample + judge + train;
  return {
    sampleSeconds: sample,
    trainSeconds: train,
    sampleTokensPerSecond: sampledTokens / sample,
    trainTokensPerSecond: trainedTokens / train,
    judgeSeconds: judge,
    stepSeconds,
    sampleMsPerToken: (1000 * sample) / sampledTokens,
    trainMsPerToken: trainedTokens === 0 ? null : (1000 * train) / trainedTokens,
    batchTokensPerSecond: batchTokens === null ? null : batchTokens / stepSeconds,
  };
}
