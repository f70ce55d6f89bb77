/** Stops a run at the next moment from which it can continue. */

/** The abort reason of a requested stop. */
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

  /** Sets the phase of the run. */
  enter(phase: string): void {
    this.#phase = phase;
    if (this.#requested) this.#abortUnlessTraining();
  }

  /** Between the updates of a step a run cannot be continued. */
  #abortUnlessTraining(): void {
    if (this.#phase !== "train") this.#controller.abort(new StopRequest("the run was asked to stop"));
  }

  /** Ends the run with an error, whatever it is doing. */
  fail(failure: Error): void {
    this.#failure = failure;
    this.#controller.abort(failure);
  }

  /** Throws the run's failure, if there is one. */
  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** Returns true for the error of a requested stop. */
  caused(error: unknown): boolean {
    return error instanceof StopRequest;
  }
}
