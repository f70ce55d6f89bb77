/** Runs and evaluations on a study: the loop gets its questions, the examiner its answer key. */
import type { Models } from "../contracts/models.ts";
import type { Policy } from "../contracts/policy.ts";
import type { Group } from "../contracts/types.ts";
import type { Watch } from "../contracts/watch.ts";
import { evaluate, type EvaluationPoint, type EvaluationSettings } from "../evaluate.ts";
import type { LoopState } from "../loop/loopState.ts";
import { isOver, run, type RunProgress } from "../run.ts";
import { methodOf, type TtrlConfig } from "../ttrlConfig.ts";
import { grantTruth, type Study } from "./answerKey.ts";
import { examinerOf, stepTiming } from "./examine.ts";
import type { Evaluation, StepMetrics, StepTiming } from "./metrics.ts";

/** A measured step. */
export interface StudyStep {
  readonly metrics: StepMetrics;
  readonly timing: StepTiming;
  readonly groups: readonly Group[];
}

/** Events of a run on a study, in order. */
export type StudyEvent =
  | { readonly type: "evaluated"; readonly evaluation: Evaluation; readonly progress: RunProgress }
  | { readonly type: "stepped"; readonly step: StudyStep; readonly progress: RunProgress };

/** Runs from `progress` to the end. A control that learns from ground truth is granted it; every other run has none. */
export async function* runStudy(
  models: Models,
  study: Study,
  config: TtrlConfig,
  progress: RunProgress,
  watch: Watch = {},
): AsyncGenerator<StudyEvent> {
  const method = methodOf(config);
  const loop = { models, set: study, method, truth: grantTruth(method, study), watch };
  for await (const event of run(loop, examinerOf(study, config), progress)) {
    if (event.type === "evaluated") {
      yield event;
      continue;
    }
    const { metrics, progress: reached } = event;
    const { groups, seconds } = event.step.outcome;
    yield {
      type: "stepped",
      step: { metrics, timing: stepTiming(metrics, seconds), groups },
      progress: reached,
    };
  }
}

/** Returns whether no step of a run with this configuration is left. */
export function isRunOver(state: LoopState, config: TtrlConfig): boolean {
  return isOver(state, methodOf(config));
}

/** Samples the chosen questions of a study and measures the policy; the policy is not changed. */
export function evaluateStudy(
  policy: Policy,
  study: Study,
  config: EvaluationSettings & Pick<TtrlConfig, "answers">,
  point: EvaluationPoint,
  watch: Watch = {},
): Promise<Evaluation> {
  return evaluate(policy, study.questions, examinerOf(study, config), config, point, watch);
}
