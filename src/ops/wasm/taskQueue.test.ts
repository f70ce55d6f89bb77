import { expect, it } from "vitest";
import { queueBytes, TaskQueue } from "./taskQueue.ts";

const sum = (kernel: number, args: readonly number[]): number => args.reduce((a, b) => a + b, kernel);

it("has every call done once, with its own arguments and result", () => {
  const queue = new TaskQueue(new SharedArrayBuffer(queueBytes(4)));
  const seen: number[] = [];
  const run = (kernel: number, args: readonly number[]) => {
    seen.push(args[0] ?? 0);
    return sum(kernel, args);
  };
  expect(
    queue.do(
      7,
      [
        [2 ** 32 - 8, -1],
        [0.1, 1],
        [3, 4],
      ],
      run,
    ),
  ).toEqual([2 ** 32 - 2, 7 + 0.1 + 1, 14]);
  expect(queue.do(1, [[5]], run)).toEqual([6]);
  expect(seen.toSorted((a, b) => a - b)).toEqual([0.1, 3, 5, 2 ** 32 - 8]);
});

it("gives calls to a thread that comes while the caller is busy, and none to one that comes late", () => {
  const memory = new SharedArrayBuffer(queueBytes(3));
  const [caller, thread] = [new TaskQueue(memory), new TaskQueue(memory)];
  const taken: number[] = [];
  const help = () => {
    thread.serve((kernel, args) => {
      taken.push(args[0] ?? 0);
      return sum(kernel, args);
    });
  };
  let calls = 0;
  const results = caller.do(0, [[1], [2], [3]], (kernel, args) => {
    if (calls++ === 0) help(); // both others, before the first is done
    return sum(kernel, args);
  });
  expect(results).toEqual([1, 2, 3]);
  expect(taken.toSorted()).toEqual([1, 2]);
  expect(caller.do(0, [[4], [5]], sum)).toEqual([4, 5]);
  help();
  expect(taken).toHaveLength(2);
});

it("tells that a kernel failed once all calls are done, and goes on", () => {
  const queue = new TaskQueue(new SharedArrayBuffer(queueBytes(2)));
  let calls = 0;
  const failing = () => {
    if (calls++ === 0) throw new WebAssembly.RuntimeError("memory access out of bounds");
    return 0;
  };
  expect(() => queue.do(0, [[1], [2]], failing)).toThrow("a WASM kernel failed");
  expect(calls).toBe(2);
  expect(queue.do(0, [[1], [2]], sum)).toEqual([1, 2]);
});

it("refuses more arguments than it has room for", () => {
  const queue = new TaskQueue(new SharedArrayBuffer(queueBytes(1)));
  expect(() => queue.do(0, [Array<number>(25).fill(0)], sum)).toThrow("25 arguments");
});
