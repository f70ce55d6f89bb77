/** A try in the worker: opens the model, samples a few responses and releases the model. */
import { openModel } from "../lab/openModel.ts";
import { openInference } from "../lab/openRun.ts";
import { fitStudy } from "../lab/study.ts";
import { tryOut, type TryOut } from "../lab/tryOut.ts";
import { readLanguageModel } from "../model/language/languageModel.ts";
import type { Command, Phase } from "./protocol.ts";
import { modelFiles, type Platform } from "./session.ts";

type Try = Extract<Command, { type: "try" }>;

export class Trial {
  readonly #command: Try;
  readonly #platform: Platform;
  readonly #controller = new AbortController();
  readonly #done: Promise<void>;

  /** Starts the try once `previous` has ended. */
  constructor(command: Try, platform: Platform, previous: Trial | null) {
    this.#command = command;
    this.#platform = platform;
    this.#done = this.#runAfter(previous);
  }

  get runId(): string {
    return this.#command.runId;
  }

  cancel(): void {
    this.#controller.abort(new Error("cancelled by the user"));
  }

  /** Cancels the try and waits until its memory is free. */
  async end(): Promise<void> {
    this.cancel();
    await this.#done;
  }

  async #runAfter(previous: Trial | null): Promise<void> {
    const { post } = this.#platform;
    const { runId } = this;
    await previous?.end();
    try {
      post({ type: "tried", runId, result: await this.#result() });
    } catch (error) {
      if (this.#controller.signal.aborted) post({ type: "stopped", runId });
      else post({ type: "failed", runId, message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #result(): Promise<TryOut> {
    const { config, backend: choice, prompt, study } = this.#command;
    const { signal } = this.#controller;
    const progress =
      (phase: Phase) =>
      (done: number, total: number): void =>
        this.#platform.post({ type: "progress", runId: this.runId, phase, done, total });
    signal.throwIfAborted();
    const backend = await this.#platform.startBackend(choice);
    const files = await modelFiles(this.#command, this.#platform, signal, progress("load"));
    const { texts, weights } = await openModel(files);
    const model = readLanguageModel(texts, prompt);
    const { questions, answers, task } = study;
    const asked = { questions, answerKey: new Map(answers), task };
    const fitted = fitStudy(model, asked, config.maxResponseTokens);
    const { policy } = await openInference(model, weights, backend);
    const either = AbortSignal.any([signal, backend.fault]);
    try {
      return await tryOut(policy, fitted.study, config, either, progress("sample"));
    } finally {
      await policy.dispose();
    }
  }
}
