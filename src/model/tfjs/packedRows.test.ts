import { expect, test } from "vitest";
import { layOutScoredRows } from "./training/loss.ts";
import { packRows } from "./packedRows.ts";

test("rows are laid end to end, with each token's place in its own row", () => {
  const packed = packRows([[5, 6, 7], [8], [9, 10]]);
  expect([...packed.tokens]).toEqual([5, 6, 7, 8, 9, 10]);
  expect([...packed.positions]).toEqual([0, 1, 2, 0, 0, 1]);
  expect([...packed.starts]).toEqual([0, 3, 4, 6]);
});

test("a scored token is predicted by the place before it, and a row's last token predicts nothing", () => {
  const scored = layOutScoredRows([[1, 2, 3, 4], Int32Array.of(5, 6, 7)], [2, 1]);
  expect([...scored.inputs.tokens]).toEqual([1, 2, 3, 5, 6]);
  // Tokens 3 and 4 by places 1 and 2 of the first row; 6 and 7 by both places of the second, which starts at 3.
  expect([...scored.predictors]).toEqual([1, 2, 3, 4]);
  expect([...scored.targets]).toEqual([3, 4, 6, 7]);
});
