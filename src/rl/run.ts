/** A whole run: an evaluation of the initial model, then steps with evaluations in between, and one at the end. */
import type { Examiner } from "./contracts/examiner.ts";
import type { Method } from "./contracts/method.ts";
import { evaluate } from "./evaluate.ts";
import { initialLoopState, type Loop, type LoopState, type Step } from "./loop/loopState.ts";
import { ttrl } from "./ttrl.ts";

/** Events of a run, in order. */
export type RunEvent<StepMetrics, Evaluation> =
  | { readonly type: "evaluated"; readonly evaluation: Evaluation; readonly progress: RunProgress }
  | {
      readonly type: "stepped";
      readonly step: Step;
      readonly metrics: StepMetrics;
      readonly progress: RunProgress;
    };

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

/** Returns whether no step is left: all are done, or the early stop ended the run. */
export function isOver({ step, earlyStop = [] }: LoopState, method: Method): boolean {
  return step === method.settings.steps || (step > 0 && method.earlyStop.isOver(earlyStop));
}

/** Runs from `progress` to the end, yielding every step and evaluation as it happens. */
export async function* run<StepMetrics, Evaluation>(
  loop: Loop,
  examiner: Examiner<StepMetrics, Evaluation>,
  progress: RunProgress,
): AsyncGenerator<RunEvent<StepMetrics, Evaluation>> {
  const { method } = loop;
  let { loop: state, evaluated } = progress;
  if (!evaluated) yield* evaluateIfDue(loop, examiner, state);
  if (isOver(state, method)) return;
  for await (const step of ttrl(loop, state)) {
    state = step.state;
    evaluated = !isDue(state, method);
    const metrics = examiner.step(step.outcome);
    yield { type: "stepped", step, metrics, progress: { loop: state, evaluated } };
    if (!evaluated) yield* evaluateIfDue(loop, examiner, state);
    if (isOver(state, method)) return;
  }
}

function isDue(state: LoopState, method: Method): boolean {
  return state.step % method.settings.evaluateEvery === 0 || isOver(state, method);
}

async function* evaluateIfDue<StepMetrics, Evaluation>(
  { models: { policy }, set, method, watch }: Loop,
  examiner: Examiner<StepMetrics, Evaluation>,
  state: LoopState,
): AsyncGenerator<RunEvent<StepMetrics, Evaluation>> {
  if (!isDue(state, method)) return;
  const { settings } = method;
  const isEnd = state.step === 0 || isOver(state, method);
  const point = { step: state.step, samples: isEnd ? settings.initialSamples : settings.evaluationSamples };
  const evaluation = await evaluate(policy, set.questions, examiner, settings, point, watch);
  yield { type: "evaluated", evaluation, progress: { loop: state, evaluated: true } };
}
