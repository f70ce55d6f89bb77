import { expect, test } from "vitest";
import { BatchSchedule, rowsOf, type Admission } from "./batchSchedule.ts";

const PROMPTS = [Int32Array.of(7, 8, 9), Int32Array.of(5), Int32Array.of(3, 4)];
const REQUESTS = [0, 0, 2, 1].map((prompt, stream) => ({ prompt, seed: 11, stream }));

function requestsOf({ rows }: Admission): number[] {
  return rows.map(({ request }) => request);
}

test("reads each prompt once whatever the number of rows, and leaves its last token to them", () => {
  const { prefill } = new BatchSchedule(PROMPTS, REQUESTS, 10, { rows: 4, promptEntries: 3 }).admit();
  expect(prefill.map(({ token, position, write }) => [token, position, write])).toEqual([
    [7, 0, 0],
    [8, 1, 1],
    [3, 0, 2],
  ]);
  // The second token sees the first as its prefix, and itself.
  expect(prefill[1]).toMatchObject({ prefixStart: 0, prefixLength: 1, suffixStart: 1 });
});

test("starts each row at its prompt's last token, with entries of its own after all prompts", () => {
  const { rows } = new BatchSchedule(PROMPTS, REQUESTS, 10, { rows: 4, promptEntries: 3 }).admit();
  const states = rows.map(({ state }) => state);
  expect(states.map(({ token, position, write }) => [token, position, write])).toEqual([
    [9, 2, 3],
    [9, 2, 13],
    [5, 0, 23],
    [4, 1, 33],
  ]);
  expect(states.map(({ prefixStart, prefixLength }) => [prefixStart, prefixLength])).toEqual([
    [0, 2],
    [0, 2],
    [0, 0],
    [2, 1],
  ]);
  expect(states.map(({ output, stream }) => [output, stream])).toEqual([
    [0, 0],
    [1, 1],
    [2, 3],
    [3, 2],
  ]);
});

test("gives the place of a row that has ended to the next, and keeps a prompt while a row of it is to come", () => {
  const requests = [0, 0, 0, 2].map((prompt, stream) => ({ prompt, seed: 11, stream }));
  const schedule = new BatchSchedule(PROMPTS, requests, 10, { rows: 2, promptEntries: 2 });
  const first = schedule.admit();
  expect([requestsOf(first), first.prefill.length]).toEqual([[0, 1], 2]);
  expect(requestsOf(schedule.admit())).toEqual([]);
  schedule.release(0);
  const second = schedule.admit();
  expect([requestsOf(second), second.prefill.length]).toEqual([[2], 0]);
  expect(second.rows[0]?.state).toMatchObject({ output: 0, suffixStart: 2, prefixStart: 0, prefixLength: 2 });
  schedule.release(1);
  expect(requestsOf(schedule.admit())).toEqual([]); // the entries of prompts are still those of the first
  schedule.release(2);
  const third = schedule.admit();
  expect([requestsOf(third), third.prefill.length]).toEqual([[3], 1]);
});

test("refuses prompts without tokens or that are not there, and to end a row twice", () => {
  expect(() => rowsOf([new Int32Array()], [])).toThrow("a prompt has no tokens");
  expect(() => rowsOf(PROMPTS, [{ prompt: 3, seed: 0, stream: 0 }])).toThrow("there is no prompt 3");
  const schedule = new BatchSchedule(PROMPTS, REQUESTS, 10, { rows: 1, promptEntries: 2 });
  schedule.admit();
  schedule.release(0);
  expect(() => schedule.release(0)).toThrow("request 0 is not being decoded");
});
