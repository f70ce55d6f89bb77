/** A run that is written down as it goes: metrics after every step, a checkpoint from which it continues exactly. */
import { join } from "node:path";
import type { TrainableModels } from "../../src/model/trainableModels.ts";
import type { TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import { evaluateStudy } from "../../src/rl/metrics/studyRun.ts";
import type { Evaluation } from "../../src/rl/metrics/metrics.ts";
import { isRunOver, runStudy, type StudyEvent } from "../../src/rl/metrics/studyRun.ts";
import type { RunProgress } from "../../src/rl/run.ts";
import type { Watch } from "../../src/rl/contracts/watch.ts";
import { writeCheckpoint, type Checkpoint } from "./checkpoint.ts";
import type { DatasetFile } from "../files/datasetFile.ts";
import { evaluationsOf, Journal, parseEntries, type Entry } from "./journal.ts";
import type { Stop } from "./stop.ts";

/** What a run works on. */
export interface Training {
  readonly out: string;
  readonly models: TrainableModels;
  readonly config: TtrlConfig;
  /** What it learns from, and is measured by. */
  readonly dataset: DatasetFile;
  /** What it is measured by alone, before the first step and after the last. */
  readonly others: readonly DatasetFile[];
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
}

/** Where a run stands. */
export interface Position {
  readonly progress: RunProgress;
  readonly entries: readonly Entry[];
}

/** Who watches a run. */
export interface Display {
  working(phase: "sample" | "train" | "evaluate", done: number, total: number): void;
  recorded(entry: Entry): void;
}

/** Runs from `position` until the end or the stop; returns everything measured, and writes it as it is measured. */
export async function train(
  training: Training,
  position: Position,
  stop: Stop,
  display: Display,
): Promise<readonly Entry[]> {
  const session = new Session(training, position, stop, display);
  try {
    await session.run();
  } catch (error) {
    if (!stop.caused(error)) throw error;
  }
  await session.save();
  return session.entries;
}

class Session {
  readonly #training: Training;
  readonly #stop: Stop;
  readonly #display: Display;
  readonly #journal: Journal;
  #progress: RunProgress;
  #lastEntry = performance.now();
  /** Lines of the journal that the newest checkpoint has. */
  #saved = 0;

  constructor(training: Training, { progress, entries }: Position, stop: Stop, display: Display) {
    this.#training = training;
    this.#stop = stop;
    this.#display = display;
    this.#journal = new Journal(training.out, entries);
    this.#progress = progress;
  }

  get entries(): readonly Entry[] {
    return this.#journal.entries;
  }

  async run(): Promise<void> {
    const { models, dataset, config, checkpointEvery } = this.#training;
    await this.#evaluateOthers();
    for await (const event of runStudy(models, dataset.study, config, this.#progress, this.#watch())) {
      this.#progress = event.progress;
      this.#add(this.#entryOf(event));
      await this.#evaluateOthers();
      const { step } = this.#progress.loop;
      const isBase = step === 0; // the first evaluation is the longest: it is worth keeping
      if (isBase || (event.type === "stepped" && step % checkpointEvery === 0)) await this.save();
      await hearSignals();
      if (this.#stop.requested) return;
    }
  }

  /** Writes a checkpoint unless the newest has everything already. */
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
    // Reading back took a moment in which the GPU may have told of an error: then these numbers are worth nothing.
    this.#stop.throwIfFailed();
    await writeCheckpoint(checkpointFolder(out), checkpoint);
    this.#saved = checkpoint.metrics.length;
  }

  /** The other data sets, when the evaluation of the initial or the final model is done and theirs is not. */
  async #evaluateOthers(): Promise<void> {
    const { models, config, others } = this.#training;
    const { evaluated, loop } = this.#progress;
    if (!evaluated || (loop.step !== 0 && !isRunOver(loop, config))) return;
    for (const { name, study } of others) {
      if (evaluationsOf(this.entries, name).some(({ step }) => step === loop.step)) continue;
      const point = { step: loop.step, samples: config.initialSamples };
      const evaluation = await evaluateStudy(models.policy, study, config, point, this.#watch());
      this.#add(this.#evaluationEntry(name, evaluation));
    }
  }

  #entryOf(event: StudyEvent): Entry {
    if (event.type === "evaluated")
      return this.#evaluationEntry(this.#training.dataset.name, event.evaluation);
    const { metrics, timing } = event.step;
    return {
      metrics: { type: "step", ...metrics },
      timing: { type: "step", step: metrics.step, seconds: this.#lap(), ...timing },
    };
  }

  #evaluationEntry(dataset: string, evaluation: Evaluation): Entry {
    return {
      metrics: { type: "evaluation", dataset, ...evaluation },
      timing: { type: "evaluation", dataset, step: evaluation.step, seconds: this.#lap() },
    };
  }

  /** Seconds since the last entry. */
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

  #watch(): Watch {
    return {
      signal: this.#stop.signal,
      onProgress: (phase, done, total) => {
        this.#stop.enter(phase);
        this.#display.working(phase, done, total);
      },
    };
  }
}

/** Waits for a task of the event loop: a signal that came while everything awaited was ready is heard only then. */
function hearSignals(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Where the checkpoints of a run are. */
export function checkpointFolder(out: string): string {
  return join(out, "checkpoint");
}

/**
 * Where a run of `steps` steps continues from a checkpoint. The first and the last model are evaluated with more
 * samples than those between: when the last step has become another, its evaluation is dropped, to be made again as
 * the undisturbed run makes it.
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
