import { expect, test } from "vitest";
import { padRuns, storedHeadDim, storedShape, unpadRuns } from "./headPadding.ts";
import { ropeTable } from "./ropeTable.ts";

test("stores heads in multiples of 8, two halves of whole vectors", () => {
  expect([2, 6, 8, 10, 12, 64].map((headDim) => storedHeadDim({ headDim }))).toEqual([8, 8, 8, 16, 16, 64]);
});

test("pads rows of query, key and value matrices and columns of the output matrix, half a head at a time", () => {
  const of = (part: string, shape: number[]) => storedShape(`model.layers.3.self_attn.${part}`, shape, 6);
  expect(of("q_proj.weight", [12, 5])).toEqual({ shape: [16, 5], runs: [{ length: 15, stored: 20 }] });
  expect(of("k_proj.bias", [6])).toEqual({ shape: [8], runs: [{ length: 3, stored: 4 }] });
  expect(of("k_norm.weight", [6])).toEqual({ shape: [8], runs: [{ length: 3, stored: 4 }] });
  expect(of("o_proj.weight", [5, 12])).toEqual({ shape: [5, 16], runs: [{ length: 3, stored: 4 }] });
});

test("leaves all else, and heads that are multiples of 8, as they are", () => {
  const as = (shape: number[]) => ({ shape, runs: [] });
  expect(storedShape("model.layers.0.mlp.up_proj.weight", [12, 6], 6)).toEqual(as([12, 6]));
  expect(storedShape("model.norm.weight", [12], 6)).toEqual(as([12]));
  expect(storedShape("model.layers.0.self_attn.q_proj.weight", [16, 6], 8)).toEqual(as([16, 6]));
});

test("puts zeros after each run, and takes them out again", () => {
  const runs = [{ length: 3, stored: 4 }];
  const padded = padRuns(Float32Array.of(1, 2, 3, 4, 5, 6), runs);
  expect([...padded]).toEqual([1, 2, 3, 0, 4, 5, 6, 0]);
  expect([...unpadRuns(padded, runs)]).toEqual([1, 2, 3, 4, 5, 6]);
});

test("turns by the frequencies of the head's true size, and padding by nothing", () => {
  const table = ropeTable(2, { headDim: 6, ropeTheta: 1000, ropeScaling: null }); // frequencies 1, 1000^(-1/3) = 0.1, 0.01
  const expected = [1, 1, 1, 0, 0, 0, 0, 0];
  for (const turn of [Math.cos, Math.sin]) expected.push(turn(1), turn(0.1), turn(0.01), 0);
  for (const [i, value] of expected.entries()) expect(table[i]).toBeCloseTo(value, 6);
  expect(table).toHaveLength(16);
});

test("stores an adapter's rank in vectors of four, beside the zeros between heads", () => {
  const of = (name: string, shape: number[]) => storedShape(`self_attn.${name}`, shape, 6);
  const shape = [2, 12];
  expect(of("o_proj.lora_A.weight", shape)).toEqual({
    shape: [4, 16],
    runs: [
      { length: 24, stored: 48 },
      { length: 3, stored: 4 },
    ],
  });
  const { shape: padded, runs } = of("q_proj.lora_B.weight", [6, 2]);
  expect(padded).toEqual([8, 4]);
  const values = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  const [a, b] = [
    [1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0, 0, 0],
    [7, 8, 0, 0, 9, 10, 0, 0, 11, 12, 0, 0, 0, 0, 0, 0],
  ];
  expect([...padRuns(values, runs)]).toEqual([...a, ...b]);
  expect(unpadRuns(padRuns(values, runs), runs)).toEqual(values);
});
