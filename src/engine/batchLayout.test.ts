import { expect, test } from "vitest";
import { layOutBatch } from "./batchLayout.ts";

const PROMPTS = [Int32Array.of(7, 8, 9), Int32Array.of(5), Int32Array.of(3, 4)];
const REQUESTS = [0, 0, 2, 1].map((prompt, stream) => ({ prompt, seed: 11, stream }));

test("reads each prompt once whatever the number of rows, and leaves its last token to them", () => {
  const { prefill } = layOutBatch(PROMPTS, REQUESTS, 10);
  expect(prefill.map(({ token, position, write }) => [token, position, write])).toEqual([
    [7, 0, 0],
    [8, 1, 1],
    [3, 0, 2],
  ]);
  // The second token sees the first as its prefix, and itself.
  expect(prefill[1]).toMatchObject({ prefixStart: 0, prefixLength: 1, suffixStart: 1 });
});

test("starts each row at its prompt's last token, with entries of its own after all prompts", () => {
  const { rows, entries } = layOutBatch(PROMPTS, REQUESTS, 10);
  expect(rows.map(({ token, position, write }) => [token, position, write])).toEqual([
    [9, 2, 3],
    [9, 2, 13],
    [4, 1, 23],
    [5, 0, 33],
  ]);
  expect(rows.map(({ prefixStart, prefixLength }) => [prefixStart, prefixLength])).toEqual([
    [0, 2],
    [0, 2],
    [2, 1],
    [2, 0],
  ]);
  expect(rows.map(({ output, stream }) => [output, stream])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  expect(entries).toBe(3 + 4 * 10);
});

test("refuses a prompt without tokens", () => {
  expect(() => layOutBatch([new Int32Array()], [], 1)).toThrow("a prompt has no tokens");
});
