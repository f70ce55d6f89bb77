import { expect, test } from "vitest";
import { layOutTraining, type TrainingRow } from "./trainingBatch.ts";

const row = (tokens: number[], first: number): TrainingRow => {
  const scored = tokens.slice(first);
  return {
    tokens: Int32Array.from(tokens),
    first,
    advantages: scored.map(() => 0.5),
    oldLogprobs: scored.map((_, k) => -1 - k),
    referenceLogprobs: null,
  };
};
const BATCH = layOutTraining([row([7, 8, 7, 9], 2), row([8, 5], 1)], 4);

test("packs rows without their last tokens, each seeing its own row up to itself", () => {
  expect(BATCH.sizes).toEqual([4, 3, 2]); // lines, scored tokens, different tokens
  const words = (line: number): number[] => [...BATCH.rows.subarray(line * 12, line * 12 + 6)];
  expect(words(1)).toEqual([8, 1, 1, 0, 1, 1]); // token, position, entry; prefix and where itself begins
  expect(words(3)).toEqual([8, 0, 3, 3, 0, 3]);
  expect([2, 3].map((line) => BATCH.rows[line * 12 + 11])).toEqual([3, 4]); // ends of their rows
});

test("scores each token from the line before it, and takes old logprobs where no reference is asked for", () => {
  expect([...BATCH.predictors]).toEqual([1, 2, 3]);
  expect([...BATCH.places]).toEqual([0, 1, 2, 3]);
  expect([0, 8, 16].map((at) => BATCH.scored[at])).toEqual([7, 9, 5]);
  const floats = new Float32Array(BATCH.scored.buffer);
  expect([...floats.subarray(9, 16)]).toEqual([0.25, 0.5, -2, -2, 0, 0, 0]); // values weigh nothing
});

test("gives each token its own weights, which the normalizer divides", () => {
  const values = { old: [1, 2], returns: [3, 4], weights: [0.5, 8] };
  const { scored } = layOutTraining([{ ...row([7, 8, 7, 9], 2), weights: [2, 4], values }], 4);
  const floats = new Float32Array(scored.buffer);
  expect([...floats.subarray(1, 8)]).toEqual([0.5, 0.5, -1, -1, 0.125, 1, 3]);
  expect([...floats.subarray(9, 16)]).toEqual([1, 0.5, -2, -2, 2, 2, 4]);
});

test("sorts lines by their token", () => {
  expect([...BATCH.tokenLines]).toEqual([7, 0, 2, 8, 2, 4]);
  expect([...BATCH.sortedLines]).toEqual([0, 2, 1, 3]);
});

test("shares the prompt of neighbours but its last token, to which each row attends for itself", () => {
  const rows = [row([7, 8, 9, 1, 2], 3), row([7, 8, 9, 3], 3), row([7, 8, 4, 5], 3), row([7, 8, 4, 5], 2)];
  const { sizes, rows: states, predictors } = layOutTraining(rows, 1);
  const word = (line: number, at: number): number => states[line * 12 + at] ?? -1;
  const lines = Array.from({ length: sizes[0] }, (_, line) => line);
  // A prompt's shared tokens, then each row's own; the last row begins its response earlier and shares nothing.
  expect(lines.map((line) => word(line, 0))).toEqual([7, 8, 9, 1, 9, 4, 7, 8, 4]);
  expect(lines.map((line) => word(line, 1))).toEqual([0, 1, 2, 3, 2, 2, 0, 1, 2]);
  expect(lines.map((line) => [word(line, 3), word(line, 4)])).toEqual([
    ...[0, 1].map(() => [0, 0]),
    ...[2, 3, 4, 5].map(() => [0, 2]),
    [6, 0],
    ...[7, 8].map(() => [6, 1]),
  ]);
  expect(lines.map((line) => word(line, 5))).toEqual([0, 0, 2, 2, 4, 5, 6, 7, 7]); // where the row's own begin
  expect(lines.map((line) => word(line, 11))).toEqual([6, 6, 4, 4, 5, 6, 9, 9, 9]);
  expect([...predictors]).toEqual([2, 3, 4, 5, 7, 8]);
});
