/** Pausing: a loop passes the gate after each step, and waits there while it is closed. */

export class Gate {
  #open = true;
  /** Passes left although the gate is closed. */
  #passes = 0;
  #wake: (() => void) | null = null;

  /** True when `pass` would wait. */
  get closed(): boolean {
    return !this.#open && this.#passes === 0;
  }

  close(): void {
    this.#open = false;
  }

  open(): void {
    this.#open = true;
    this.#wake?.();
  }

  /** Lets one step through a closed gate; an open one needs no pass. */
  admitOne(): void {
    if (this.#open) return;
    this.#passes = 1;
    this.#wake?.();
  }

  /** Resolves at once when open; otherwise when the gate is opened, one step is admitted or the signal aborts. */
  async pass(signal: AbortSignal): Promise<void> {
    if (this.closed && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      this.#wake = null;
    }
    signal.throwIfAborted();
    this.#passes = 0;
  }
}
