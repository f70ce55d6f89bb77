import { expect, test } from "vitest";
import { divideCapacity, entryBytes, capacityLimits } from "./batchCapacity.ts";

const SHAPE = {
  width: 12,
  layers: 5,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  hiddenWidth: 20,
  vocabulary: 100,
  maxPositions: 32,
  ropeTheta: 100,
  ropeScaling: null,
  normEpsilon: 1e-5,
  tied: true,
  qkvBias: true,
  outputBias: false,
  mlpBias: false,
  qkNorm: false,
  eosTokens: [],
};
const wide = { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 };

test("counts keys and values of all heads", () => {
  expect(entryBytes(SHAPE)).toBe(2 * 2 * 8 * 4);
  expect(entryBytes({ ...SHAPE, headDim: 6 })).toBe(2 * 2 * 8 * 4); // stored with zeros
});

test("bounds entries by the bytes asked for and by what the GPU binds, rows by their logits", () => {
  expect(capacityLimits(wide, SHAPE, 1e6, 5 * 128 * 77, false)).toEqual({ rows: 256, entries: 77 });
  const narrow = { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 128 * 30 };
  expect(capacityLimits(narrow, SHAPE, 1e6, 2 ** 30, false)).toEqual({ rows: 9, entries: 30 });
});

test("takes fewer rows of a larger model, so that no submission is long", () => {
  const rows = [1e7, 1.35e8, 5e8].map((size) => capacityLimits(wide, SHAPE, size, 2 ** 30, false).rows);
  expect(rows).toEqual([256, 231, 64]);
  expect(capacityLimits(wide, SHAPE, 1e7, 2 ** 30, true).rows).toBe(64); // in software
});

test("decodes all rows together where they fit, else as many as fit beside the prompts they need", () => {
  const [lengths, rows] = [
    [6, 4],
    [3, 3],
  ] as const;
  expect(divideCapacity(lengths, rows, 10, { rows: 256, entries: 70 })).toEqual({
    rows: 6,
    promptEntries: 10,
  });
  expect(divideCapacity(lengths, rows, 10, { rows: 256, entries: 69 })).toEqual({
    rows: 5,
    promptEntries: 10,
  });
  expect(divideCapacity(lengths, rows, 10, { rows: 4, entries: 69 })).toEqual({ rows: 4, promptEntries: 10 });
  expect(divideCapacity(lengths, rows, 10, { rows: 256, entries: 16 })).toEqual({
    rows: 1,
    promptEntries: 6,
  });
});

test("leaves prompts that no row continues out of account", () => {
  expect(divideCapacity([900, 4], [0, 1], 10, { rows: 256, entries: 14 })).toEqual({
    rows: 1,
    promptEntries: 4,
  });
});

test("says what does not fit", () => {
  expect(() => divideCapacity([6], [3], 10, { rows: 256, entries: 15 })).toThrow(
    "a prompt of 7 tokens and a response of up to 10 need 16 places in the cache and 15 fit",
  );
});
