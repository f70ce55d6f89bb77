/** One run in the worker: load, run the loop, pause, evaluate, export. The only place in the page where rl meets model. */
import { LanguageModel } from "../model/languageModel.ts";
import { loadParameters } from "../model/parameters.ts";
import { TfPolicy } from "../model/tfPolicy.ts";
import type { ModelFolder } from "../formats/modelFolder.ts";
import type { Evaluation, StepMetrics, StepTiming } from "../rl/metrics.ts";
import { evaluate } from "../rl/evaluate.ts";
import { initialProgress, run, type RunEvent } from "../rl/run.ts";
import type { Study } from "../rl/ttrl.ts";
import { exportRun } from "./exportRun.ts";
import { Gate } from "./gate.ts";
import { downloadModel } from "./modelFiles.ts";
import type { Command, ModelSummary, Phase, WorkerEvent } from "./protocol.ts";
import type { StartedBackend } from "./backend.ts";
import { viewGroup } from "./views.ts";
import { parameterCount } from "../model/parameters.ts";

type Start = Extract<Command, { type: "start" }>;
type Post = (event: WorkerEvent, transfer?: Transferable[]) => void;

/** The user ended the run. */
class Stopped extends Error {}

/** What is on the backend once a run has loaded. */
interface Loaded {
  readonly folder: ModelFolder;
  readonly model: LanguageModel;
  readonly policy: TfPolicy;
}

export class Session {
  readonly #start: Start;
  readonly #backend: StartedBackend;
  readonly #post: Post;
  readonly #study: Study;
  readonly #gate = new Gate();
  readonly #controller = new AbortController();
  readonly #steps: (StepMetrics & StepTiming)[] = [];
  readonly #evaluations: Evaluation[] = [];
  #loaded: Loaded | null = null;

  constructor(start: Start, backend: StartedBackend, post: Post) {
    this.#start = start;
    this.#backend = backend;
    this.#post = post;
    const { questions, answers, task } = start.study;
    this.#study = { questions, answerKey: new Map(answers), task };
    backend.onFault((message) => this.#controller.abort(new Error(message)));
  }

  get runId(): string {
    return this.#start.runId;
  }

  /** Loads the model and runs to the end, a stop or a failure; always ends with the event that says which. */
  async run(): Promise<void> {
    const { runId, config } = this.#start;
    try {
      const { policy, model } = (this.#loaded = await this.#load());
      this.#post({
        type: "started",
        runId,
        backend: this.#backend.report,
        model: summarize(this.#start.model, model),
      });
      for await (const event of run(policy, this.#study, config, initialProgress(config), this.#watch())) {
        this.#record(event);
        if (event.type === "stepped" && event.progress.loop.step < config.steps) await this.#passGate();
      }
      this.#post({ type: "finished", runId });
    } catch (error) {
      if (this.#controller.signal.reason instanceof Stopped) this.#post({ type: "stopped", runId });
      else this.#fail(error);
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

  stop(): void {
    this.#controller.abort(new Stopped("stopped by the user"));
  }

  /** Evaluates the policy as it is. */
  async evaluate(): Promise<void> {
    const { policy } = this.#ready();
    const { config } = this.#start;
    const point = { step: this.#steps.length, samples: config.evaluationSamples };
    const watch = { onProgress: this.#progress };
    this.#evaluated(await evaluate(policy, this.#study, config, point, watch));
  }

  /** Hands over the trained model folder as a zip. */
  async export(): Promise<void> {
    const { folder, model } = this.#ready();
    const name = baseName(this.#start.model);
    const zip = await exportRun(folder, model, {
      model: name,
      dataset: this.#start.study.name,
      config: this.#start.config,
      backend: this.#backend.report,
      steps: this.#steps,
      evaluations: this.#evaluations,
    });
    const fileName = `${name}-ttrl-step-${this.#steps.length}.zip`;
    this.#post({ type: "exported", runId: this.runId, fileName, zip }, [zip.buffer]);
  }

  dispose(): void {
    this.#loaded?.policy.dispose();
    this.#loaded?.model.dispose();
    this.#loaded = null;
  }

  async #load(): Promise<Loaded> {
    const { model: path, config } = this.#start;
    const report = (done: number, total: number): void => this.#progress("load", done, total);
    const folder = await downloadModel(path, this.#controller.signal, report);
    const model = new LanguageModel(folder);
    const reference = config.klCoefficient > 0 ? loadParameters(model.config, folder.weights) : null;
    return { folder, model, policy: new TfPolicy(model, { reference }) };
  }

  #ready(): Loaded {
    if (this.#loaded === null) throw new Error("the run has no model: it ended before the model was loaded");
    return this.#loaded;
  }

  #watch() {
    return { signal: this.#controller.signal, onProgress: this.#progress };
  }

  readonly #progress = (phase: Phase, done: number, total: number): void => {
    this.#post({ type: "progress", runId: this.runId, phase, done, total });
  };

  #record(event: RunEvent): void {
    if (event.type === "evaluated") return this.#evaluated(event.evaluation);
    const { metrics, timing, groups } = event.step;
    this.#steps.push({ ...metrics, ...timing });
    const { answerKey, task } = this.#study;
    const views = groups.map((group) => viewGroup(group, answerKey, task));
    this.#post({ type: "stepped", runId: this.runId, metrics, timing, groups: views });
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

  #fail(error: unknown): void {
    const { reason } = this.#controller.signal;
    const cause: unknown = reason instanceof Error ? reason : error; // a fault of the GPU explains what followed
    const message = cause instanceof Error ? cause.message : String(cause);
    this.#post({ type: "failed", runId: this.runId, message });
  }
}

function baseName(path: string): string {
  return path.split("/").at(-1) ?? path;
}

function summarize(path: string, { config }: LanguageModel): ModelSummary {
  const { layers, width, vocabulary } = config;
  return { name: baseName(path), parameters: parameterCount(config), layers, width, vocabulary };
}
