/** A whole run: an evaluation of the initial model, then steps with evaluations in between, the last one at the end. */
import type { TtrlConfig } from "./ttrlConfig.ts";
import { evaluate } from "./evaluate.ts";
import { hasSettled } from "./variants/earlyStop.ts";
import { leakedLabels } from "./variants/labels.ts";
import type { Evaluation } from "./metrics/metrics.ts";
import type { Models } from "./contracts/models.ts";
import { initialLoopState, type LoopState } from "./loopState.ts";
import { ttrl, type Step } from "./ttrl.ts";
import type { Study } from "./contracts/types.ts";
import type { Watch } from "./contracts/watch.ts";

/** What a run reports, in order. */
export type RunEvent =
  | { readonly type: "evaluated"; readonly evaluation: Evaluation; readonly progress: RunProgress }
  | { readonly type: "stepped"; readonly step: Step; readonly progress: RunProgress };

/** How far a run has come; with the models' own state, enough to continue exactly. */
export interface RunProgress {
  readonly loop: LoopState;
  /** True when the evaluation due at this step is done. */
  readonly evaluated: boolean;
}

/** The progress of a run that has not begun. */
export function initialProgress(config: TtrlConfig): RunProgress {
  return { loop: initialLoopState(config), evaluated: false };
}

/** Whether no step is left: all are done, or the labels have settled. */
export function isOver(loop: LoopState, config: TtrlConfig): boolean {
  return loop.step === config.steps || hasSettled(loop, config);
}

/** Runs from `progress` to the end, yielding every step and evaluation as it happens. Leaks the truth where asked to. */
export async function* run(
  models: Models,
  study: Study,
  config: TtrlConfig,
  progress: RunProgress,
  watch: Watch = {},
): AsyncGenerator<RunEvent> {
  const leaked = leakedLabels(config, study);
  let { loop, evaluated } = progress;
  if (!evaluated) yield* evaluateIfDue(models, study, config, loop, watch);
  if (isOver(loop, config)) return;
  for await (const step of ttrl(models, study, config, loop, watch, leaked)) {
    loop = step.state;
    evaluated = !isDue(loop, config);
    yield { type: "stepped", step, progress: { loop, evaluated } };
    if (!evaluated) yield* evaluateIfDue(models, study, config, loop, watch);
    if (isOver(loop, config)) return;
  }
}

function isDue(loop: LoopState, config: TtrlConfig): boolean {
  return loop.step % config.evaluateEvery === 0 || isOver(loop, config);
}

async function* evaluateIfDue(
  { policy }: Models,
  study: Study,
  config: TtrlConfig,
  loop: LoopState,
  watch: Watch,
): AsyncGenerator<RunEvent> {
  if (!isDue(loop, config)) return;
  const isEnd = loop.step === 0 || isOver(loop, config);
  const samples = isEnd ? config.initialSamples : config.evaluationSamples;
  const evaluation = await evaluate(policy, study, config, { step: loop.step, samples }, watch);
  yield { type: "evaluated", evaluation, progress: { loop, evaluated: true } };
}
