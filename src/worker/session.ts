/** One run in the worker: load, train, pause, evaluate, export. */
import { blobSource } from "../formats/byteSource.ts";
import type { FolderTexts } from "../formats/huggingface/modelFolder.ts";
import { openStored } from "../hub/cache.ts";
import type { ModelStorage } from "../hub/storage.ts";
import { exportOffers, exportRecipe, exportRun, reportOf, type ExportedModel } from "../lab/exportRun.ts";
import { openModel, type ModelFiles } from "../lab/openModel.ts";
import { openRun, type OpenedRun } from "../lab/openRun.ts";
import { PauseGate } from "../lab/pauseGate.ts";
import type { StartedBackend } from "../lab/startBackend.ts";
import { fitStudy, type FittedStudy, type NamedStudy } from "../lab/study.ts";
import { trainingRun, type RunControl, type TrainingEvent } from "../lab/trainingRun.ts";
import type { TrainablePolicy } from "../model/contracts/trainablePolicy.ts";
import { promptLengths } from "../model/language/fitQuestions.ts";
import { readLanguageModel, type LanguageModel } from "../model/language/languageModel.ts";
import { UNFRAMED } from "../model/language/tokenizer.ts";
import { adapterCount } from "../model/weights/adapter.ts";
import { parameterCount } from "../model/weights/parameters.ts";
import { continuationOf, type Continuation } from "../recipe/continuation.ts";
import type { BackendChoice } from "../report/backend.ts";
import { exportName, type ExportForm } from "../report/exportForms.ts";
import type { RunReport, StepRecord } from "../report/record.ts";
import type { Evaluation } from "../rl/metrics/metrics.ts";
import { evaluateStudy } from "../rl/metrics/studyRun.ts";
import { writeTo, type Destination } from "./browser/destination.ts";
import type { Command, IdleRequest, ModelSummary, Phase, StudyMessage, WorkerEvent } from "./protocol.ts";
import { viewGroups } from "./views.ts";

type Start = Extract<Command, { type: "start" }>;

type Progress = (done: number, total: number) => void;

/** The browser services a session uses; tests replace them. */
export interface Platform {
  readonly startBackend: (choice: BackendChoice) => Promise<StartedBackend>;
  /** Downloads the model folder at a path relative to the page. */
  readonly downloadModel: (path: string, signal: AbortSignal, onProgress: Progress) => Promise<ModelFiles>;
  readonly openDestination: (chosen: FileSystemFileHandle | null, bytes: number) => Promise<Destination>;
  /** Storage of downloaded models. */
  readonly storage: ModelStorage;
  readonly readRecipeFile: (name: string) => string;
  readonly post: (event: WorkerEvent) => void;
}

/** The abort reason when the user stops the run. */
class Stopped extends Error {}

/** The abort reason when the user cancels an evaluation or an export of the idle run. */
class Cancelled extends Error {}

/** A loaded run. */
interface Loaded extends OpenedRun, FittedStudy {
  readonly folder: FolderTexts;
  readonly others: readonly NamedStudy[];
}

export class Session {
  readonly #start: Start;
  readonly #platform: Platform;
  readonly #gate = new PauseGate();
  readonly #controller = new AbortController();
  readonly #steps: StepRecord[] = [];
  readonly #evaluations: Evaluation[] = [];
  readonly #run: Promise<void>;
  #loaded: Loaded | null = null;
  /** The latest evaluation or export of the idle run. */
  #idleWork = { controller: new AbortController(), done: Promise.resolve() };

  /** Starts the run once `previous` has ended and released its memory. */
  constructor(start: Start, platform: Platform, previous: Session | null) {
    this.#start = start;
    this.#platform = platform;
    this.#run = this.#runAfter(previous);
  }

  get runId(): string {
    return this.#start.runId;
  }

  /** Runs to the end, a stop or a failure, and posts the event for it last. */
  async #runAfter(previous: Session | null): Promise<void> {
    const { runId, config, extras } = this.#start;
    try {
      await previous?.end();
      const { models, others, report, study, notice } = (this.#loaded = await this.#load());
      const model = summarize(this.#start.model, models.policy);
      const exports = exportOffers(this.#exported(this.#loaded), this.#start.prompt);
      this.#post({ type: "started", runId, backend: report, model, notice, exports });
      const own = { name: this.#start.study.name, study };
      const training = { models, config, own, others, votes: extras?.votes ?? [] };
      for await (const event of trainingRun(training, this.#control(this.#controller)))
        this.#record(event, own);
      this.#post({ type: "finished", runId });
    } catch (error) {
      if (this.#controller.signal.reason instanceof Stopped) this.#post({ type: "stopped", runId });
      else this.#post({ type: "failed", runId, message: this.#causeOf(error) });
    }
  }

  pause(): void {
    this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
  }

  step(): void {
    this.#gate.admitOne();
  }

  /** Stops the run and any evaluation of the idle run. */
  stop(): void {
    this.#controller.abort(new Stopped("stopped by the user"));
    this.#idleWork.controller.abort(new Stopped("stopped by the user"));
  }

  /** Stops all work and releases the backend's memory. */
  async end(): Promise<void> {
    this.stop();
    await this.#run;
    await this.#idleWork.done;
    await this.#loaded?.models.dispose();
    this.#loaded = null;
  }

  /** Evaluates the policy in its current state. */
  evaluate(): void {
    this.#doIdle("evaluate", async ({ models, study }, controller) => {
      const { config } = this.#start;
      const point = { step: this.#steps.length, samples: config.evaluationSamples };
      this.#evaluated(await evaluateStudy(models.policy, study, config, point, this.#control(controller)));
    });
  }

  /** Writes the trained model piece by piece. */
  export(form: ExportForm, chosen: FileSystemFileHandle | null): void {
    this.#doIdle("export", async (loaded, { signal }) => {
      const model = this.#exported(loaded);
      const report = this.#report(loaded);
      const written =
        form.format === "recipe"
          ? exportRecipe(
              model,
              report,
              form.recipe,
              this.#continuation(loaded),
              this.#platform.readRecipeFile,
            )
          : await exportRun(model, report, form);
      const destination = await this.#platform.openDestination(chosen, written.bytes);
      const onWritten = (done: number): void => this.#progress("export", done, written.bytes);
      const file = await writeTo(destination, written, signal, onWritten);
      const fileName = exportName(model.name, this.#steps.length, form);
      this.#post({ type: "exported", runId: this.runId, fileName, file });
    });
  }

  #report({ models, report: backend }: Loaded): RunReport {
    const { model, study, prompt, config } = this.#start;
    const run = { model: baseName(model), dataset: study.name, ...(prompt && { prompt }), backend, config };
    return reportOf(models.policy, run, { steps: this.#steps, evaluations: this.#evaluations });
  }

  /** The rest of the run for another trainer, with as many steps as the configuration has. */
  #continuation({ study, models: { policy } }: Loaded): Continuation {
    const { config, prompt = UNFRAMED, study: asked } = this.#start;
    return continuationOf(study, prompt, {
      ...{ dataset: asked.name, config, steps: config.steps, stepsDone: this.#steps.length },
      promptTokens: Math.max(...promptLengths(policy.model, study.questions)),
    });
  }

  /** Cancels the latest evaluation or export of the idle run. */
  cancel(): void {
    this.#idleWork.controller.abort(new Cancelled("cancelled by the user"));
  }

  #exported({ folder, models: { policy } }: Loaded): ExportedModel {
    return { name: baseName(this.#start.model), folder, policy };
  }

  #doIdle(request: IdleRequest, work: (loaded: Loaded, controller: AbortController) => Promise<void>): void {
    const controller = new AbortController();
    const attempt = async (): Promise<void> => {
      try {
        if (this.#loaded === null)
          throw new Error("the run ended before its model was loaded: start it again");
        await work(this.#loaded, controller);
      } catch (error) {
        if (error instanceof Stopped) return;
        if (error instanceof Cancelled) {
          this.#post({ type: "cancelled", runId: this.runId, request });
          return;
        }
        this.#post({ type: "refused", runId: this.runId, request, message: this.#causeOf(error) });
      }
    };
    this.#idleWork = { controller, done: attempt() };
  }

  async #load(): Promise<Loaded> {
    const { config, backend: choice, prompt, study: asked, extras } = this.#start;
    const { signal } = this.#controller;
    signal.throwIfAborted();
    const backend = await this.#platform.startBackend(choice);
    backend.fault.addEventListener("abort", () => this.#controller.abort(backend.fault.reason));
    const { texts: folder, weights } = await openModel(await this.#files(signal));
    signal.throwIfAborted();
    const model = readLanguageModel(folder, prompt);
    const fit = (message: StudyMessage): FittedStudy => fitMessage(model, message, config.maxResponseTokens);
    const fitted = fit(asked);
    const others = (extras?.studies ?? []).map((other) => ({ name: other.name, study: fit(other).study }));
    const request = { model, weights, config };
    const opened = await openRun(request, fitted.study.questions, backend);
    return { ...opened, ...fitted, folder, others };
  }

  async #files(signal: AbortSignal): Promise<ModelFiles> {
    const { model, modelFiles, storedModel } = this.#start;
    const { downloadModel, storage } = this.#platform;
    const onProgress: Progress = (done, total) => this.#progress("load", done, total);
    if (modelFiles !== undefined)
      return new Map(modelFiles.map(({ path, blob }) => [path, blobSource(blob)]));
    if (storedModel !== undefined) return openStored(storage, storedModel, signal, onProgress);
    return downloadModel(model, signal, onProgress);
  }

  #control({ signal }: AbortController): RunControl {
    return { signal, gate: this.#gate, onProgress: this.#progress };
  }

  #post(event: WorkerEvent): void {
    this.#platform.post(event);
  }

  readonly #progress = (phase: Phase, done: number, total: number): void => {
    this.#post({ type: "progress", runId: this.runId, phase, done, total });
  };

  #record(event: TrainingEvent, own: NamedStudy): void {
    const { runId } = this;
    switch (event.type) {
      case "paused":
      case "resumed":
        this.#post({ type: event.type, runId });
        break;
      case "evaluated": {
        const { at, dataset, evaluation } = event;
        if (at === null) this.#evaluated(evaluation);
        else this.#post({ type: "evaluatedExtra", runId, at, dataset, evaluation });
        break;
      }
      case "stepped": {
        const { metrics, timing, groups } = event.step;
        this.#steps.push({ metrics, timing });
        const views = viewGroups(groups, own.study, this.#start.config);
        this.#post({ type: "stepped", runId, metrics, timing, groups: views });
        break;
      }
      default:
        event satisfies never;
    }
  }

  #evaluated(evaluation: Evaluation): void {
    this.#evaluations.push(evaluation);
    this.#post({ type: "evaluated", runId: this.runId, evaluation });
  }

  #causeOf(error: unknown): string {
    const reason: unknown = this.#controller.signal.reason;
    // A GPU fault is the cause of the errors after it; a stop is not.
    const cause = reason instanceof Error && !(reason instanceof Stopped) ? reason : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

function fitMessage(
  model: LanguageModel,
  { questions, answers, task }: StudyMessage,
  maxTokens: number,
): FittedStudy {
  return fitStudy(model, { questions, answerKey: new Map(answers), task }, maxTokens);
}

function baseName(path: string): string {
  return path.split("/").at(-1) ?? path;
}

function summarize(path: string, { model, adapter }: TrainablePolicy): ModelSummary {
  const { config } = model;
  const { layers, width, vocabulary } = config;
  const trained = adapter === null ? null : adapterCount(config, adapter);
  return { name: baseName(path), parameters: parameterCount(config), trained, layers, width, vocabulary };
}
