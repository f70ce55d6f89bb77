/**
 * Task queue in shared memory: idle threads take the next call of a turn. Slow or sleeping threads take fewer calls, and a
 * turn does not wait for threads that took none.
 */

/** Indices of int32 state: turn counter, calls left, calls unfinished, kernel index, argument count, failure flag. */
const [TURN, LEFT, UNDONE, KERNEL, COUNT, FAILED] = [0, 1, 2, 3, 4, 5];
const HEAD_BYTES = 24;
const MOST_ARGUMENTS = 24;
/** Float64 numbers of a call: its result and arguments. */
const CALL_NUMBERS = 1 + MOST_ARGUMENTS;

/** Bytes of a queue for this many calls. */
export function queueBytes(calls: number): number {
  return HEAD_BYTES + 8 * calls * CALL_NUMBERS;
}

/** Runs one call and returns its result. */
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

  /** For the caller: runs all calls together with the serving threads; returns their results. */
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
    Atomics.store(words, LEFT, calls.length); // threads take calls from here on
    Atomics.add(words, TURN, 1);
    Atomics.notify(words, TURN, calls.length - 1);
    this.#takeAll(run);
    for (let undone = spin(words, UNDONE, 0); undone !== 0; undone = Atomics.load(words, UNDONE)) {
      Atomics.wait(words, UNDONE, undone);
    }
    if (Atomics.load(words, FAILED) !== 0) throw new Error("a WASM kernel failed");
    return calls.map((_, i) => this.#numbers[i * CALL_NUMBERS] ?? 0);
  }

  /** For a thread: waits for a new turn and runs calls that are left of it. */
  serve(run: Run): void {
    for (let turn = this.#turn; turn === this.#turn; turn = Atomics.load(this.#words, TURN)) {
      Atomics.wait(this.#words, TURN, this.#turn);
    }
    this.#turn = Atomics.load(this.#words, TURN);
    this.#takeAll(run);
  }

  /** The count of calls left goes down, so a late thread finds 0 or less and takes none. */
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

/** Polls before the caller sleeps, because waking up takes longer than many polls. */
const SPINS = 2000;

/** Polls a word until it is `value` or the polls are used up; returns its value. */
function spin(words: Int32Array, index: number, value: number): number {
  for (let i = 1; i < SPINS; i++) if (Atomics.load(words, index) === value) return value;
  return Atomics.load(words, index);
}
