/** Records a run as it proceeds: metrics after every step, and checkpoints from which it continues exactly. */
import { join } from "node:path";
import {
  trainingRun,
  type RunControl,
  type TrainingEvent,
  type TrainingRun,
} from "../../src/lab/trainingRun.ts";
import type { TrainableModels } from "../../src/model/trainableModels.ts";
import type { RunFinding } from "../../src/rl/metrics/findings.ts";
import type { RunProgress } from "../../src/rl/metrics/studyRun.ts";
import { writeCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { Journal, parseEntries, type Entry } from "./journal.ts";
import { responseLines } from "../files/responseLines.ts";
import { ResponseLog } from "./responseLog.ts";
import type { Stop } from "./stop.ts";

/** A run and the folder that records it. */
export interface Training extends TrainingRun {
  readonly models: TrainableModels;
  readonly out: string;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
  /** Whether the responses of steps are logged too, and not only those of evaluations. */
  readonly logResponses: boolean;
}

/** The progress of a run and its entries so far. */
export interface Position {
  readonly progress: RunProgress;
  readonly entries: readonly Entry[];
}

/** Shows the progress of a run. */
export interface Display {
  working(phase: "sample" | "train" | "evaluate", done: number, total: number): void;
  recorded(entry: Entry): void;
  /** Called when a finding begins to hold. */
  found(finding: RunFinding): void;
}

/** Runs from `position` until the end or the stop. Returns all entries; each is on disk before the next step. */
export async function train(
  training: Training,
  position: Position,
  stop: Stop,
  display: Display,
): Promise<readonly Entry[]> {
  const recorder = new Recorder(training, position, stop, display);
  try {
    await recorder.run();
  } catch (error) {
    if (!stop.caused(error)) throw error;
  }
  await recorder.save();
  return recorder.entries;
}

class Recorder {
  readonly #training: Training;
  readonly #stop: Stop;
  readonly #display: Display;
  readonly #journal: Journal;
  readonly #responses: ResponseLog;
  #progress: RunProgress;
  #lastEntry = performance.now();
  /** Number of entries in the newest checkpoint. */
  #saved = 0;

  constructor(training: Training, { progress, entries }: Position, stop: Stop, display: Display) {
    this.#training = training;
    this.#stop = stop;
    this.#display = display;
    this.#journal = new Journal(training.out, entries);
    this.#responses = new ResponseLog(training.out, entries.at(-1)?.timing.responseBytes ?? 0);
    this.#progress = progress;
  }

  get entries(): readonly Entry[] {
    return this.#journal.entries;
  }

  async run(): Promise<void> {
    const position = { progress: this.#progress, evaluated: evaluatedAt(this.#progress, this.entries) };
    for await (const event of trainingRun(this.#training, this.#control(), position)) {
      if (event.type === "paused" || event.type === "resumed") continue; // only with a gate
      this.#progress = event.progress;
      this.#logResponses(event);
      this.#add(this.#entryOf(event));
      if (event.type === "stepped") this.#report(event);
      if (this.#isCheckpointDue(event)) await this.save();
      await handleSignals();
      if (this.#stop.requested) return;
    }
  }

  /** Writes a checkpoint unless the newest one is up to date. */
  async save(): Promise<void> {
    const { models, config, out } = this.#training;
    if (this.#journal.entries.length === this.#saved) return;
    const checkpoint: Checkpoint = {
      weights: await models.policy.weights(),
      optimizer: await models.policy.optimizerState(),
      companions: await models.companions(),
      progress: this.#progress,
      plannedSteps: config.steps,
      metrics: this.#journal.lines("metrics"),
      timing: this.#journal.lines("timing"),
    };
    this.#stop.throwIfFailed(); // a GPU error reported during the readback invalidates the weights
    this.#responses.flush();
    await writeCheckpoint(checkpointFolder(out), checkpoint);
    this.#saved = checkpoint.metrics.length;
  }

  /** Every so many steps, and after the evaluations of the initial model: they are the longest. */
  #isCheckpointDue({ type, progress }: Recorded): boolean {
    const { checkpointEvery, others = [] } = this.#training;
    const { step } = progress.loop;
    if (step === 0) return this.entries.length === 1 + others.length;
    return type === "stepped" && step % checkpointEvery === 0;
  }

  #report({ step, findings }: Extract<TrainingEvent, { type: "stepped" }>): void {
    for (const finding of findings) if (finding.since === step.metrics.step) this.#display.found(finding);
  }

  #logResponses(event: Recorded): void {
    const { own, others = [], models, config, logResponses } = this.#training;
    const how = { tokenizer: models.policy.model.tokenizer, rules: config };
    if (event.type === "evaluated") {
      const { dataset, evaluation, groups } = event;
      const study = [own, ...others].find(({ name }) => name === dataset) ?? own;
      const place = { kind: "evaluation", step: evaluation.step, dataset } as const;
      this.#responses.add(responseLines(place, study, groups, how));
    } else if (logResponses) {
      const { metrics, groups } = event.step;
      const place = { kind: "step", step: metrics.step, dataset: own.name } as const;
      this.#responses.add(responseLines(place, own, groups, how));
    }
  }

  #entryOf(event: Recorded): Entry {
    const elapsed = { seconds: this.#lap(), responseBytes: this.#responses.bytes };
    if (event.type === "evaluated") {
      const { dataset, evaluation } = event;
      return {
        metrics: { type: "evaluation", dataset, ...evaluation },
        timing: { type: "evaluation", dataset, step: evaluation.step, ...elapsed },
      };
    }
    const { metrics, timing } = event.step;
    return {
      metrics: { type: "step", ...metrics },
      timing: { type: "step", step: metrics.step, ...elapsed, ...timing },
    };
  }

  /** Returns the seconds since the last entry. */
  #lap(): number {
    const now = performance.now();
    const seconds = (now - this.#lastEntry) / 1000;
    this.#lastEntry = now;
    return seconds;
  }

  #add(entry: Entry): void {
    this.#journal.add(entry);
    this.#display.recorded(entry);
  }

  #control(): RunControl {
    return {
      signal: this.#stop.signal,
      onProgress: (phase, done, total) => {
        this.#stop.enter(phase);
        this.#display.working(phase, done, total);
      },
    };
  }
}

type Recorded = Extract<TrainingEvent, { progress: RunProgress }>;

/** Returns the names of the data sets evaluated at the current step. */
function evaluatedAt({ loop }: RunProgress, entries: readonly Entry[]): ReadonlySet<string> {
  return new Set(
    entries.flatMap(({ metrics }) =>
      metrics.type === "evaluation" && metrics.step === loop.step ? metrics.dataset : [],
    ),
  );
}

/** Resolves in a later task of the event loop: signals are handled only between tasks. */
function handleSignals(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Returns the folder of a run's checkpoints. */
export function checkpointFolder(out: string): string {
  return join(out, "checkpoint");
}

/**
 * Returns the position at which a run of `steps` steps continues from a checkpoint. The initial and the final evaluation
 * take more samples than the others: if the last step has changed, the evaluation at the checkpoint is dropped and done
 * again as an uninterrupted run does it.
 */
export function positionOf(checkpoint: Checkpoint, steps: number): Position {
  const { progress, plannedSteps, metrics, timing } = checkpoint;
  const entries = parseEntries(metrics, timing);
  const { step } = progress.loop;
  const isOtherEnd = steps !== plannedSteps && step > 0 && [steps, plannedSteps].includes(step);
  if (!isOtherEnd) return { progress, entries };
  const kept = entries.filter(({ metrics: line }) => line.type === "step" || line.step !== step);
  return { progress: { ...progress, evaluated: false }, entries: kept };
}
