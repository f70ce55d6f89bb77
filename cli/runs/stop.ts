/** A wish to stop, granted at the next moment that leaves a state to continue from. */

/** The reason a run was aborted with when somebody asked it to stop. */
class StopRequest extends Error {}

export class Stop {
  readonly #controller = new AbortController();
  #phase = "";
  #requested = false;
  #failure: Error | null = null;

  /** Aborts the work under way. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get requested(): boolean {
    return this.#requested;
  }

  /** Stops at once while sampling, and after the step while training. */
  request(): void {
    this.#requested = true;
    this.#abortUnlessTraining();
  }

  /** The run is in this phase now. */
  enter(phase: string): void {
    this.#phase = phase;
    if (this.#requested) this.#abortUnlessTraining();
  }

  /** After one of several updates the weights are between two steps, where nothing can be continued from. */
  #abortUnlessTraining(): void {
    if (this.#phase !== "train") this.#controller.abort(new StopRequest("the run was asked to stop"));
  }

  /** Ends the run with an error, whatever it is doing. */
  fail(failure: Error): void {
    this.#failure = failure;
    this.#controller.abort(failure);
  }

  /** Throws what the run failed with, if it did. */
  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Whether an error only says that the run was stopped as asked. */
  caused(error: unknown): boolean {
    return error instanceof StopRequest;
  }
}
