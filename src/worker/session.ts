/** One run in the worker: load, train, pause, evaluate, export. */
import { blobSource } from "../formats/byteSource.ts";
import type { FolderTexts } from "../formats/huggingface/modelFolder.ts";
import type { Streamed } from "../formats/streamed.ts";
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
import { readLanguageModel } from "../model/language/languageModel.ts";
import { UNFRAMED } from "../model/language/tokenizer.ts";
import { adapterCount } from "../model/weights/adapter.ts";
import { parameterCount } from "../model/weights/parameters.ts";
import { continuationOf } from "../recipe/continuation.ts";
import type { BackendChoice } from "../report/backend.ts";
import { exportName, type ExportForm } from "../report/exportForms.ts";
import type { StepRecord } from "../report/record.ts";
import type { Evaluation } from "../rl/metrics/metrics.ts";
import { evaluateStudy } from "../rl/metrics/studyRun.ts";
import { writeTo, type Destination } from "./browser/destination.ts";
import type {
  Command,
  IdleRequest,
  ModelSummary,
  Phase,
  RunEvent,
  SetupMessage,
  StudyMessage,
  WorkerEvent,
} from "./protocol.ts";
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
  constructor(start: Start, platform: Platform, previous: Pick<Session, "end"> | null) {
    this.#start = start;
    this.#platform = platform;
    this.#run = this.#runAfter(previous);
  }

  get runId(): string {
    return this.#start.runId;
  }

  /** Runs to the end, a stop or a failure, and posts the event for it last. */
  async #runAfter(previous: Pick<Session, "end"> | null): Promise<void> {
    const { config, extras, model: path, prompt } = this.#start;
    try {
      await previous?.end();
      const { models, others, report: backend, study, notice: leftOut } = (this.#loaded = await this.#load());
      const model = summarize(path, models.policy);
      const notice = [...models.policy.model.notes, leftOut ?? []].flat().join(" · ") || null;
      const exports = exportOffers(this.#exported(this.#loaded), prompt);
      this.#post({ type: "started", backend, model, notice, exports });
      const own = { name: this.#start.study.name, study };
      const { hasChatTemplate } = models.policy.model.tokenizer;
      const training = { models, config, own, others, votes: extras?.votes ?? [], hasChatTemplate };
      for await (const event of trainingRun(training, this.#control(this.#controller)))
        this.#record(event, own);
      this.#post({ type: "finished" });
    } catch (error) {
      if (this.#controller.signal.reason instanceof Stopped) this.#post({ type: "stopped" });
      else this.#post({ type: "failed", message: this.#causeOf(error) });
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
      const written = await this.#written(loaded, model, form);
      const destination = await this.#platform.openDestination(chosen, written.bytes);
      const onWritten = (done: number): void => this.#progress("export", done, written.bytes);
      const file = await writeTo(destination, written, signal, onWritten);
      this.#post({ type: "exported", fileName: exportName(model.name, this.#steps.length, form), file });
    });
  }

  async #written(
    { models: { policy }, report: backend, study }: Loaded,
    model: ExportedModel,
    form: ExportForm,
  ): Promise<Streamed> {
    const { study: asked, prompt, config } = this.#start;
    const { name: dataset, datasetOptions } = asked;
    const read = { dataset, ...(datasetOptions && { datasetOptions }) };
    const run = { model: model.name, ...read, ...(prompt && { prompt }), backend, config };
    const report = reportOf(policy, run, { steps: this.#steps, evaluations: this.#evaluations });
    if (form.format !== "recipe") return exportRun(model, report, form);
    const rest = continuationOf(study, prompt ?? UNFRAMED, {
      ...{ dataset, config, steps: config.steps, stepsDone: this.#steps.length },
      promptTokens: Math.max(...promptLengths(policy.model, study.questions)),
    });
    return exportRecipe(model, report, form.recipe, rest, this.#platform.readRecipeFile);
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
        if (error instanceof Cancelled) this.#post({ type: "cancelled", request });
        else this.#post({ type: "refused", request, message: this.#causeOf(error) });
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
    const { texts: folder, weights } = await openModel(
      await modelFiles(this.#start, this.#platform, signal, (done, total) =>
        this.#progress("load", done, total),
      ),
    );
    signal.throwIfAborted();
    const model = readLanguageModel(folder, prompt);
    const fit = ({ questions, answers, task }: StudyMessage): FittedStudy =>
      fitStudy(model, { questions, answerKey: new Map(answers), task }, config.maxResponseTokens);
    const fitted = fit(asked);
    const others = (extras?.studies ?? []).map((other) => ({ name: other.name, study: fit(other).study }));
    const opened = await openRun({ model, weights, config }, fitted.study.questions, backend);
    return { ...opened, ...fitted, folder, others };
  }

  #control({ signal }: AbortController): RunControl {
    return { signal, gate: this.#gate, onProgress: this.#progress };
  }

  #post(event: RunEvent): void {
    this.#platform.post({ ...event, runId: this.runId });
  }

  readonly #progress = (phase: Phase, done: number, total: number): void => {
    this.#post({ type: "progress", phase, done, total });
  };

  #record(event: TrainingEvent, { study }: NamedStudy): void {
    if (event.type === "stepped") {
      const { metrics, timing, groups } = event.step;
      this.#steps.push({ metrics, timing });
      const views = viewGroups(groups, study, this.#start.config);
      this.#post({ type: "stepped", metrics, timing, groups: views, findings: event.findings });
    } else if (event.type === "evaluated") {
      const { at, dataset, evaluation } = event;
      if (at === null) this.#evaluated(evaluation);
      else this.#post({ type: "evaluatedExtra", at, dataset, evaluation });
    } else this.#post(event);
  }

  #evaluated(evaluation: Evaluation): void {
    this.#evaluations.push(evaluation);
    this.#post({ type: "evaluated", evaluation });
  }

  #causeOf(error: unknown): string {
    const reason: unknown = this.#controller.signal.reason;
    // A GPU fault is the cause of the errors after it; a stop is not.
    const cause = reason instanceof Error && !(reason instanceof Stopped) ? reason : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** Returns the files of the model: the user's, a stored model's or an embedded one's. */
export async function modelFiles(
  { model, modelFiles: files, storedModel }: SetupMessage,
  { downloadModel, storage }: Pick<Platform, "downloadModel" | "storage">,
  signal: AbortSignal,
  onProgress: Progress,
): Promise<ModelFiles> {
  if (files !== undefined) return new Map(files.map(({ path, blob }) => [path, blobSource(blob)]));
  if (storedModel !== undefined) return openStored(storage, storedModel, signal, onProgress);
  return downloadModel(model, signal, onProgress);
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
