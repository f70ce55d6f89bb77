/**
 * Where the calls of a turn hang for all threads: whoever is free takes the next. A thread that is slow, or not awake
 * yet, takes fewer, and nobody waits for one that took none.
 */

/** Turns so far, calls not taken, calls not done, the kernel's number, its arguments' number, failures: int32. */
const [TURN, LEFT, UNDONE, KERNEL, COUNT, FAILED] = [0, 1, 2, 3, 4, 5];
const HEAD_BYTES = 24;
const MOST_ARGUMENTS = 24;
/** A result and arguments: float64, which holds every int32 and float32. */
const CALL_NUMBERS = 1 + MOST_ARGUMENTS;

/** Bytes of a queue with room for so many calls. */
export function queueBytes(calls: number): number {
  return HEAD_BYTES + 8 * calls * CALL_NUMBERS;
}

/** Does one call. */
type Run = (kernel: number, args: readonly number[]) => number;

export class TaskQueue {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  #turn: number;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, HEAD_BYTES / 4);
    this.#numbers = new Float64Array(memory, HEAD_BYTES);
    this.#turn = Atomics.load(this.#words, TURN);
  }

  /** Caller: has all calls done, itself by `run` and by threads that serve; what each returned. */
  do(kernel: number, calls: readonly (readonly number[])[], run: Run): number[] {
    const words = this.#words;
    words[KERNEL] = kernel;
    words[COUNT] = calls[0]?.length ?? 0;
    words[FAILED] = 0;
    for (const [i, args] of calls.entries()) {
      if (args.length > MOST_ARGUMENTS) throw new Error(`a kernel with ${args.length} arguments`);
      this.#numbers.set(args, i * CALL_NUMBERS + 1);
    }
    Atomics.store(words, UNDONE, calls.length);
    Atomics.store(words, LEFT, calls.length); // from here on calls are taken
    Atomics.add(words, TURN, 1);
    Atomics.notify(words, TURN, calls.length - 1);
    this.#takeAll(run);
    for (let undone = spin(words, UNDONE, 0); undone !== 0; undone = Atomics.load(words, UNDONE)) {
      Atomics.wait(words, UNDONE, undone);
    }
    if (Atomics.load(words, FAILED) !== 0) throw new Error("a WASM kernel failed");
    return calls.map((_, i) => this.#numbers[i * CALL_NUMBERS] ?? 0);
  }

  /** Thread: waits for a turn that it has not seen, and does what is left of it. */
  serve(run: Run): void {
    for (let turn = this.#turn; turn === this.#turn; turn = Atomics.load(this.#words, TURN)) {
      Atomics.wait(this.#words, TURN, this.#turn);
    }
    this.#turn = Atomics.load(this.#words, TURN);
    this.#takeAll(run);
  }

  /** Counting down, a thread that comes late finds 0 or less, whatever turn it is late for. */
  #takeAll(run: Run): void {
    const words = this.#words;
    for (let left = Atomics.sub(words, LEFT, 1); left > 0; left = Atomics.sub(words, LEFT, 1)) {
      const at = (left - 1) * CALL_NUMBERS;
      try {
        const args = Array.from(this.#numbers.subarray(at + 1, at + 1 + (words[COUNT] ?? 0)));
        this.#numbers[at] = run(words[KERNEL] ?? -1, args);
      } catch {
        Atomics.store(words, FAILED, 1);
      }
      if (Atomics.sub(words, UNDONE, 1) === 1) Atomics.notify(words, UNDONE);
    }
  }
}

/** Loads before the caller sleeps: being woken takes longer than many of them. */
const SPINS = 2000;

/** What the word is once it is `value`, or after a while. */
function spin(words: Int32Array, index: number, value: number): number {
  for (let i = 1; i < SPINS; i++) if (Atomics.load(words, index) === value) return value;
  return Atomics.load(words, index);
}
