/** Runs and evaluations on a study: the loop gets its questions, the measurements its answer key. */
import { answerRules } from "../answerRules.ts";
import type { Method } from "../contracts/method.ts";
import type { Models } from "../contracts/models.ts";
import type { Policy } from "../contracts/policy.ts";
import type { StepOutcome } from "../contracts/step.ts";
import type { Group } from "../contracts/types.ts";
import type { Watch } from "../contracts/watch.ts";
import { sampleEvaluation, type EvaluationPoint, type EvaluationSettings } from "../evaluate.ts";
import { initialLoopState, type LoopState } from "../loop/loopState.ts";
import { ttrl } from "../ttrl.ts";
import { methodOf, type TtrlConfig } from "../ttrlConfig.ts";
import { grantTruth, type Study } from "./answerKey.ts";
import { examine, measureEvaluation, measureStep, type Examined } from "./measure.ts";
import type { Evaluation, StepMetrics, StepTiming } from "./metrics.ts";

/** A measured step. */
export interface StudyStep {
  readonly metrics: StepMetrics;
  readonly timing: StepTiming;
  readonly groups: readonly Group[];
}

/** An evaluation and the responses it measured. */
export interface Examination {
  readonly evaluation: Evaluation;
  readonly groups: readonly Examined[];
}

/** Events of a run on a study, in order. */
export type StudyEvent = { readonly progress: RunProgress } & (
  ({ readonly type: "evaluated" } & Examination) | { readonly type: "stepped"; readonly step: StudyStep }
);

/** How far a run has come; with the models' own state, enough to continue exactly. */
export interface RunProgress {
  readonly loop: LoopState;
  /** True when the evaluation due at this step is done. */
  readonly evaluated: boolean;
}

/** Returns the progress of a run that has not begun. */
export function initialProgress(settings: { readonly seed: number }): RunProgress {
  return { loop: initialLoopState(settings), evaluated: false };
}

/**
 * Runs from `progress` to the end: an evaluation of the initial model, steps with evaluations in between, and one at the
 * end. A control that learns from ground truth is granted it; every other run has none.
 */
export async function* runStudy(
  models: Models,
  study: Study,
  config: TtrlConfig,
  progress: RunProgress,
  watch: Watch = {},
): AsyncGenerator<StudyEvent> {
  const method = methodOf(config);
  const loop = { models, set: study, method, truth: grantTruth(method, study), watch };
  const evaluated = async (state: LoopState): Promise<StudyEvent> => {
    const isEnd = state.step === 0 || isOver(state, method);
    const point = { step: state.step, samples: isEnd ? config.initialSamples : config.evaluationSamples };
    const examined = await examineStudy(models.policy, study, config, point, watch);
    return { type: "evaluated", ...examined, progress: { loop: state, evaluated: true } };
  };
  if (!progress.evaluated && isDue(progress.loop, method)) yield await evaluated(progress.loop);
  if (isOver(progress.loop, method)) return;
  for await (const { outcome, state } of ttrl(loop, progress.loop)) {
    const due = isDue(state, method);
    const step = measured(outcome, study, config);
    yield { type: "stepped", step, progress: { loop: state, evaluated: !due } };
    if (due) yield await evaluated(state);
    if (isOver(state, method)) return;
  }
}

function isDue(state: LoopState, method: Method): boolean {
  return state.step % method.settings.evaluateEvery === 0 || isOver(state, method);
}

/** Returns whether no step is left: all are done, or the early stop ended the run. */
function isOver({ step, earlyStop = [] }: LoopState, method: Method): boolean {
  return step === method.settings.steps || (step > 0 && method.earlyStop.isOver(earlyStop));
}

/** Returns whether no step of a run with this configuration is left. */
export function isRunOver(state: LoopState, config: TtrlConfig): boolean {
  return isOver(state, methodOf(config));
}

function measured(
  outcome: StepOutcome,
  study: Study,
  config: Pick<TtrlConfig, "answers" | "answerFormat">,
): StudyStep {
  const { groups, seconds: { sample, judge, train } } = outcome; // prettier-ignore
  const metrics = measureStep(outcome, study.answerKey, answerRules(study, config));
  const { sampledTokens, trainedTokens, batchTokens = null } = metrics;
  const stepSeconds = sample + judge + train;
  const timing = {
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
  return { metrics, timing, groups };
}

/** Samples the chosen questions of a study and measures the policy; the policy is not changed. */
export async function evaluateStudy(...asked: Parameters<typeof examineStudy>): Promise<Evaluation> {
  return (await examineStudy(...asked)).evaluation;
}

/** The same, with the responses that were measured. */
export async function examineStudy(
  policy: Policy,
  study: Study,
  config: EvaluationSettings & Pick<TtrlConfig, "answers" | "answerFormat">,
  point: EvaluationPoint,
  watch: Watch = {},
): Promise<Examination> {
  const samples = await sampleEvaluation(policy, study.questions, config, point, watch);
  const rules = answerRules(study, config);
  const groups = examine(samples, rules);
  return { evaluation: measureEvaluation(samples, groups, study.answerKey, rules), groups };
}
