/** One run in the worker: load, run the loop, pause, evaluate, export. The only place in the page where rl meets model. */
import type { FolderTexts, OpenedFolder } from "../formats/huggingface/modelFolder.ts";
import type { ModelStorage } from "../hub/storage.ts";
import { fitQuestions, promptLengths } from "../model/language/fitQuestions.ts";
import { readLanguageModel, type LanguageModel } from "../model/language/languageModel.ts";
import { openPolicy } from "../model/openPolicy.ts";
import { adapterCount } from "../model/weights/adapter.ts";
import { parameterCount } from "../model/weights/parameters.ts";
import { runStart } from "../model/runStart.ts";
import { UNFRAMED } from "../model/language/tokenizer.ts";
import { TrainableModels } from "../model/trainableModels.ts";
import { trainedAdapter } from "../model/trainedFolder.ts";
import type { TrainablePolicy } from "../model/contracts/trainablePolicy.ts";
import { continuationOf, type Continuation } from "../recipe/continuation.ts";
import type { BackendReport } from "../report/backend.ts";
import type { BackendChoice } from "../report/backend.ts";
import type { StartedBackend } from "../lab/startBackend.ts";
import { exportName, type ExportForm } from "../report/exportForms.ts";
import type { StepRecord } from "../report/record.ts";
import { answerRules } from "../rl/answer.ts";
import { evaluateStudy } from "../rl/metrics/studyRun.ts";
import type { Evaluation } from "../rl/metrics/metrics.ts";
import { isRunOver, runStudy, type StudyEvent } from "../rl/metrics/studyRun.ts";
import { initialProgress } from "../rl/run.ts";
import { methodOf } from "../rl/ttrlConfig.ts";
import type { LoopState } from "../rl/loopState.ts";
import type { Study } from "../rl/metrics/answerKey.ts";
import type { Watch } from "../rl/contracts/watch.ts";
import { measureExtras } from "./extraEvaluations.ts";
import { writeTo, type Destination } from "./browser/destination.ts";
import { exportRecipe } from "./browser/recipeFiles.ts";
import { exportOffers, exportRun, type ExportedModel } from "../lab/exportRun.ts";
import { Gate } from "../lab/pauseGate.ts";
import { openModelFiles } from "../lab/openModel.ts";
import type { AsideRequest, Command, ModelSummary, Phase, WorkerEvent } from "./protocol.ts";
import { memoryBudgetFor } from "../lab/memoryPlan.ts";
import { openStoredModel } from "./storedModel.ts";
import { viewGroup } from "./views.ts";

type Start = Extract<Command, { type: "start" }>;

/** What a session needs of the browser; tests bring their own. */
export interface Surroundings {
  readonly startBackend: (choice: BackendChoice) => Promise<StartedBackend>;
  /** The model folder at a path relative to the page. */
  readonly downloadModel: (
    path: string,
    signal: AbortSignal,
    onProgress: (done: number, total: number) => void,
  ) => Promise<OpenedFolder>;
  readonly openDestination: (chosen: FileSystemFileHandle | null, bytes: number) => Promise<Destination>;
  /** Where fetched models are kept. */
  readonly storage: ModelStorage;
  readonly post: (event: WorkerEvent) => void;
}

/** The user ended what was under way. */
class Stopped extends Error {}

/** The user wants what was asked of the run at rest no longer. */
class Cancelled extends Error {}

/** What a run is made of once it has loaded. */
interface Loaded {
  readonly backend: BackendReport;
  readonly folder: FolderTexts;
  readonly models: TrainableModels;
  /** The data set without the questions that are too long for the model. */
  readonly study: Study;
  /** The sentence that names them, or null. */
  readonly notice: string | null;
}

export class Session {
  readonly #start: Start;
  readonly #surroundings: Surroundings;
  readonly #gate = new Gate();
  readonly #controller = new AbortController();
  readonly #steps: StepRecord[] = [];
  readonly #evaluations: Evaluation[] = [];
  readonly #run: Promise<void>;
  #loaded: Loaded | null = null;
  /** Work on the run at rest: an evaluation or an export. */
  #aside = { controller: new AbortController(), done: Promise.resolve() };

  /** Begins the run as soon as `previous` has ended and given its memory back. */
  constructor(start: Start, surroundings: Surroundings, previous: Session | null) {
    this.#start = start;
    this.#surroundings = surroundings;
    this.#run = this.#runAfter(previous);
  }

  get runId(): string {
    return this.#start.runId;
  }

  /** Runs to the end, a stop or a failure; always ends with the event that says which. */
  async #runAfter(previous: Session | null): Promise<void> {
    const { runId, config } = this.#start;
    try {
      await previous?.end();
      const loaded = (this.#loaded = await this.#load());
      const { backend, models, study, notice } = loaded;
      const model = summarize(this.#start.model, models.policy);
      const exports = exportOffers(this.#exported(loaded), this.#start.prompt);
      this.#post({ type: "started", runId, backend, model, notice, exports });
      const watch = this.#watch(this.#controller);
      for await (const event of runStudy(models, study, config, initialProgress(config), watch)) {
        this.#record(event, study);
        if (event.type === "evaluated")
          await this.#measureExtras(event.progress.loop, models.policy, study, watch);
        // Not between a step and the evaluation that belongs to it, nor after the last.
        const { loop, evaluated } = event.progress;
        if (evaluated && !isRunOver(loop, config)) await this.#passGate();
      }
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

  /** Ends the run, and an evaluation of it at rest. */
  stop(): void {
    this.#controller.abort(new Stopped("stopped by the user"));
    this.#aside.controller.abort(new Stopped("stopped by the user"));
  }

  /** Ends whatever is under way and gives the backend's memory back. */
  async end(): Promise<void> {
    this.stop();
    await this.#run;
    await this.#aside.done;
    await this.#loaded?.models.dispose();
    this.#loaded = null;
  }

  /** Evaluates the policy as it is. */
  evaluate(): void {
    this.#doAside("evaluate", async ({ models, study }, controller) => {
      const { config } = this.#start;
      const point = { step: this.#steps.length, samples: config.evaluationSamples };
      this.#evaluated(await evaluateStudy(models.policy, study, config, point, this.#watch(controller)));
    });
  }

  /** Writes the trained model, piece by piece. */
  export(form: ExportForm, chosen: FileSystemFileHandle | null): void {
    this.#doAside("export", async (loaded, { signal }) => {
      const model = this.#exported(loaded);
      const { study, prompt, config } = this.#start;
      const { backend } = loaded;
      const run = { model: model.name, dataset: study.name, ...(prompt && { prompt }), backend, config };
      const { trained } = summarize(model.name, model.policy);
      const size = trained === null ? {} : { adapterParameters: trained };
      const report = { run, steps: this.#steps, evaluations: this.#evaluations, ...size };
      const written =
        form.format === "recipe"
          ? exportRecipe(model, report, form.recipe, this.#continuation(loaded))
          : exportRun(model, report, form, await trainedAdapter(model.policy, model.name));
      const destination = await this.#surroundings.openDestination(chosen, written.bytes);
      const tell = (done: number): void => this.#progress("export", done, written.bytes);
      const file = await writeTo(destination, written, signal, tell);
      const fileName = exportName(model.name, this.#steps.length, form);
      this.#post({ type: "exported", runId: this.runId, fileName, file });
    });
  }

  /** What is left for another trainer, which takes as many steps as the run was to take. */
  #continuation({ study, models: { policy } }: Loaded): Continuation {
    const { config, prompt = UNFRAMED, study: asked } = this.#start;
    return continuationOf(study, prompt, {
      ...{ dataset: asked.name, config, steps: config.steps, stepsDone: this.#steps.length },
      promptTokens: Math.max(...promptLengths(policy.model, study.questions)),
    });
  }

  /** Gives up what was asked of the run at rest. */
  cancel(): void {
    this.#aside.controller.abort(new Cancelled("given up by the user"));
  }

  #exported({ folder, models: { policy } }: Loaded): ExportedModel {
    return { name: baseName(this.#start.model), folder, policy };
  }

  #doAside(
    request: AsideRequest,
    work: (loaded: Loaded, controller: AbortController) => Promise<void>,
  ): void {
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
    this.#aside = { controller, done: attempt() };
  }

  async #load(): Promise<Loaded> {
    const { config, backend: choice } = this.#start;
    const { signal } = this.#controller;
    const { startBackend } = this.#surroundings;
    signal.throwIfAborted();
    const { report, graphs, fault } = await startBackend(choice);
    fault.addEventListener("abort", () => this.#controller.abort(fault.reason));
    const { texts: folder, weights } = await this.#openFolder(signal);
    signal.throwIfAborted();
    const model = readLanguageModel(folder, this.#start.prompt);
    const { study, notice } = fitStudy(model, this.#start);
    const origin = { weights, adapter: null, saved: null };
    const start = await runStart(model.config, config, {
      ...origin,
      keepsInitial: methodOf(config).keepsReference,
    });
    const budget = await memoryBudgetFor(model, study.questions, config, graphs);
    const { policy, ...path } = await openPolicy(model, start.policy, graphs, budget);
    const models = new TrainableModels(policy, start.initial);
    return { backend: { ...report, ...path }, folder, models, study, notice };
  }

  #openFolder(signal: AbortSignal): Promise<OpenedFolder> {
    const { model, modelFiles, storedModel } = this.#start;
    const { downloadModel, storage } = this.#surroundings;
    const tell = (done: number, total: number): void => this.#progress("load", done, total);
    if (modelFiles !== undefined) return openModelFiles(modelFiles);
    if (storedModel !== undefined) return openStoredModel(storage, storedModel, signal, tell);
    return downloadModel(model, signal, tell);
  }

  #watch({ signal }: AbortController): Watch {
    return { signal, onProgress: this.#progress };
  }

  #post(event: WorkerEvent): void {
    this.#surroundings.post(event);
  }

  readonly #progress = (phase: Phase, done: number, total: number): void => {
    this.#post({ type: "progress", runId: this.runId, phase, done, total });
  };

  #record(event: StudyEvent, study: Study): void {
    if (event.type === "evaluated") {
      this.#evaluated(event.evaluation);
      return;
    }
    const { metrics, timing, groups } = event.step;
    this.#steps.push({ metrics, timing });
    const rules = answerRules(study, this.#start.config);
    const views = groups.map((group) => viewGroup(group, study.answerKey, rules));
    this.#post({ type: "stepped", runId: this.runId, metrics, timing, groups: views });
  }

  /** What an experiment wants to know of the initial and of the final policy. */
  async #measureExtras(loop: LoopState, policy: TrainablePolicy, study: Study, watch: Watch): Promise<void> {
    const { study: asked, config, extras } = this.#start;
    if (extras === undefined || (loop.step > 0 && !isRunOver(loop, config))) return;
    const others = extras.studies.map((other) => ({
      name: other.name,
      study: fitStudy(policy.model, { study: other, config }).study,
    }));
    const studies = { own: { name: asked.name, study }, votes: extras.votes, others };
    for await (const found of measureExtras(policy, studies, config, loop.step, watch)) {
      this.#post({ type: "evaluatedExtra", runId: this.runId, ...found });
    }
  }

  #evaluated(evaluation: Evaluation): void {
    this.#evaluations.push(evaluation);
    this.#post({ type: "evaluated", runId: this.runId, evaluation });
  }

  async #passGate(): Promise<void> {
    // A message that arrived during the step is heard only after a task of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const waits = this.#gate.closed;
    if (waits) this.#post({ type: "paused", runId: this.runId });
    await this.#gate.pass(this.#controller.signal);
    if (waits) this.#post({ type: "resumed", runId: this.runId });
  }

  #causeOf(error: unknown): string {
    const reason: unknown = this.#controller.signal.reason;
    // A fault of the GPU explains what followed; a stop explains nothing.
    const cause = reason instanceof Error && !(reason instanceof Stopped) ? reason : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** The data set as far as the model can read it. Throws when no question fits. */
function fitStudy(
  model: LanguageModel,
  { study: { questions, answers, task }, config }: Pick<Start, "study" | "config">,
) {
  const fitting = fitQuestions(model, questions, config.maxResponseTokens);
  if (fitting.questions.length === 0) {
    throw new RangeError(`no question can be asked; ${fitting.notice ?? "the data set is empty"}`);
  }
  const study: Study = { questions: fitting.questions, answerKey: new Map(answers), task };
  return { study, notice: fitting.notice };
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
