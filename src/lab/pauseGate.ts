/** Pauses a loop between two steps. */

export class PauseGate {
  #open = true;
  /** Steps allowed although the gate is closed: 0 or 1. */
  #passes = 0;
  #wake: (() => void) | null = null;

  /** True if `pass` would block. */
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

  /** Allows one step while the gate is closed. */
  admitOne(): void {
    if (this.#open) return;
    this.#passes = 1;
    this.#wake?.();
  }

  /** Resolves when the gate is open or a step is allowed. Rejects when the signal aborts. */
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
