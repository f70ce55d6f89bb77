/** A run as a stream of events: the loop with its own evaluations, those on other data sets, and pauses. */
import type { Models } from "../rl/contracts/models.ts";
import type { Watch } from "../rl/contracts/watch.ts";
import { findingsOf, followFindings, type RunFinding } from "../rl/metrics/findings.ts";
import {
  examineStudy,
  isRunOver,
  runStudy,
  type Examination,
  type StudyStep,
} from "../rl/metrics/studyRun.ts";
import { initialProgress, type RunProgress } from "../rl/metrics/studyRun.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { PauseGate } from "./pauseGate.ts";
import { NEVER } from "./startBackend.ts";
import type { NamedStudy } from "./study.ts";

/** A vote of the initial model with other sampling settings. */
export interface InitialVote {
  readonly name: string;
  readonly temperature: number;
  readonly topP: number;
  /** Responses per question. */
  readonly samples: number;
}

export interface TrainingRun {
  readonly models: Models;
  readonly config: TtrlConfig;
  /** The data set to learn from. */
  readonly own: NamedStudy;
  /** Data sets to evaluate before the first and after the last step. */
  readonly others?: readonly NamedStudy[];
  /** Votes on the own data set before the first step. */
  readonly votes?: readonly InitialVote[];
  /** False: prompts are the bare texts of the questions. True by default. */
  readonly hasChatTemplate?: boolean;
}

/** The point a run continues from. */
export interface RunPosition {
  readonly progress: RunProgress;
  /** Names of the other data sets that are already evaluated at this point. */
  readonly evaluated: ReadonlySet<string>;
}

/** Progress callback, pause gate and abort signal of a run. */
export interface RunControl extends Watch {
  readonly gate?: PauseGate;
}

/** The evaluation of one data set. */
export interface EvaluatedEvent extends Examination {
  readonly type: "evaluated";
  readonly dataset: string;
  /** Null: the run's own. Else "before" or "after" for another data set, or the name of an initial vote. */
  readonly at: string | null;
  readonly progress: RunProgress;
}

export type TrainingEvent =
  | EvaluatedEvent
  | {
      readonly type: "stepped";
      readonly step: StudyStep;
      /** Problems that hold in the latest steps. */
      readonly findings: readonly RunFinding[];
      readonly progress: RunProgress;
    }
  | { readonly type: "paused" }
  | { readonly type: "resumed" };

/** Returns the position of a run that has not begun. */
export function firstPosition(config: TtrlConfig): RunPosition {
  return { progress: initialProgress(config), evaluated: new Set() };
}

/**
 * Runs from `position` to the end. The signal stops inside a step; the gate pauses after a step and the evaluation due at
 * it.
 */
export async function* trainingRun(
  training: TrainingRun,
  control: RunControl = {},
  { progress, evaluated }: RunPosition = firstPosition(training.config),
): AsyncGenerator<TrainingEvent> {
  const { models, config, own, hasChatTemplate = true } = training;
  const settings = { ...config, task: own.study.task, hasChatTemplate };
  const follow = followFindings();
  yield* evaluateOthers(training, progress, control, evaluated);
  for await (const event of runStudy(models, own.study, config, progress, control)) {
    if (event.type === "stepped") {
      const { metrics, groups } = event.step;
      yield { ...event, findings: follow(metrics.step, findingsOf(groups, settings)) };
    } else yield { ...event, dataset: own.name, at: null };
    if (event.type === "evaluated") yield* evaluateOthers(training, event.progress, control);
    const { loop, evaluated: isEvaluated } = event.progress;
    if (control.gate !== undefined && isEvaluated && !isRunOver(loop, config)) {
      yield* pass(control.gate, control.signal);
    }
  }
}

/** Evaluates the initial votes and the other data sets if `progress` is at the first or last evaluation. */
async function* evaluateOthers(
  { models, config, own, others = [], votes = [] }: TrainingRun,
  progress: RunProgress,
  watch: Watch,
  done: ReadonlySet<string> = new Set(),
): AsyncGenerator<EvaluatedEvent> {
  const { loop, evaluated } = progress;
  const { step } = loop;
  if (!evaluated || (step > 0 && !isRunOver(loop, config))) return;
  for (const { name, temperature, topP, samples } of step === 0 ? votes : []) {
    const sampling = { ...config, evaluationTemperature: temperature, evaluationTopP: topP };
    const examined = await examineStudy(models.policy, own.study, sampling, { step, samples }, watch);
    yield { type: "evaluated", dataset: own.name, at: name, ...examined, progress };
  }
  const at = step === 0 ? "before" : "after";
  for (const { name: dataset, study } of others) {
    if (done.has(dataset)) continue;
    const point = { step, samples: config.initialSamples }; // as in the run's own first and last evaluation
    const examined = await examineStudy(models.policy, study, config, point, watch);
    yield { type: "evaluated", dataset, at, ...examined, progress };
  }
}

async function* pass(gate: PauseGate, signal: AbortSignal = NEVER): AsyncGenerator<TrainingEvent> {
  await new Promise((resolve) => setTimeout(resolve, 0)); // messages that arrived during the step are handled first
  const isPaused = gate.closed;
  if (isPaused) yield { type: "paused" };
  await gate.pass(signal);
  if (isPaused) yield { type: "resumed" };
}
