import { test } from "vitest";
import { expectation, expectClose, normals } from "../../../ops/fixture.ts";
import {
  describeOnGpu,
  expectGradient,
  floats,
  ODD_SHAPE,
  runKernel,
  settingsFor,
  statesOf,
  TOLERANCE,
} from "../../fixture.ts";
import { plainLayer } from "../../weights/layerWeights.ts";
import { layOutParameters } from "../../layout/parameterLayout.ts";
import { ropeTable } from "../../layout/ropeTable.ts";
import { rotated } from "../projectQkv/fixture.ts";
import { normHeads, normHeadsBackward } from "./normHeads.ts";
import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import { normReference } from "../fixture.ts";

const SHAPE = { ...ODD_SHAPE, kvHeads: 2, heads: 4, qkNorm: true };
const { heads, kvHeads, headDim, maxPositions, ropeTheta } = SHAPE;
const POSITIONS = [5, 0, 31];
const PLACES = [3, 1, 0]; // entry 2 of the cache stays empty
const LINES = POSITIONS.length;

const { layer, layerSize } = layOutParameters(
  new Map(["q", "k"].map((part) => [`model.layers.0.self_attn.${part}_norm.weight`, [headDim]])),
  headDim,
);
const [queryWeight, keyWeight] = [normals(1, [headDim]), normals(2, [headDim])];
const block = new Float32Array(layerSize);
block.set(queryWeight.data, layer.get("self_attn.q_norm.weight")!.offset);
block.set(keyWeight.data, layer.get("self_attn.k_norm.weight")!.offset);

/** The numbers of each line from `start` on, `count` of them. */
function columns(values: Float64Array, perLine: number, start: number, count: number): Float64Array {
  return Float64Array.from({ length: LINES * count }, (_, i) => {
    return values[Math.floor(i / count) * perLine + start + (i % count)]!;
  });
}

describeOnGpu("normHeads", (gpu) => {
  const raw = normals(3, [LINES, (heads + kvHeads) * headDim]);
  const width = (heads + kvHeads) * headDim;
  const entry = kvHeads * headDim;

  test("agrees with float64", async () => {
    const { queries, cache } = await runKernel(gpu(), normHeads(SHAPE, plainLayer(layer)), LINES, {
      batch: settingsFor(LINES),
      rows: statesOf(POSITIONS.map((position, i) => ({ position, write: PLACES[i]! }))),
      heads: floats(raw.data),
      layer: block,
      rope: ropeTable(maxPositions, SHAPE),
      queries: new Float32Array(LINES * heads * headDim),
      cache: new Float32Array(4 * 2 * entry),
    });
    const normed = normHeadsReference(raw.data, queryWeight.data, keyWeight.data, SHAPE);
    const turned = rotated(normed, POSITIONS, headDim, ropeTheta);
    expectClose("queries", queries!, columns(turned, width, 0, heads * headDim), TOLERANCE);
    const keys = columns(turned, width, heads * headDim, entry);
    const placed = new Float64Array(4 * 2 * entry);
    for (const [i, place] of PLACES.entries())
      placed.set(keys.subarray(i * entry, (i + 1) * entry), place * 2 * entry);
    expectClose("cache", cache!, placed, TOLERANCE);
  });

  test("goes back as finite differences do, to the heads and to both weights", async () => {
    const expected = expectation(
      (x, query, key) => normHeadsReference(x, query, key, SHAPE),
      [raw, queryWeight, keyWeight],
    );
    const slopes = expected.weights.data;
    const ofKeys = columns(slopes, width, heads * headDim, entry);
    const keysAndValues = POSITIONS.flatMap((_, line) => [
      ...ofKeys.subarray(line * entry, (line + 1) * entry),
      ...new Float64Array(entry).fill(7), // of values
    ]);
    const found = await runKernel(gpu(), normHeadsBackward(SHAPE, plainLayer(layer)), LINES, {
      batch: settingsFor(LINES),
      layer: block,
      heads: floats(raw.data),
      queryGradient: floats(columns(slopes, width, 0, heads * headDim)),
      cacheGradient: floats(keysAndValues),
    });
    const back = POSITIONS.flatMap((_, line) => [
      ...found["queryGradient"]!.subarray(line * heads * headDim, (line + 1) * heads * headDim),
      ...found["cacheGradient"]!.subarray(line * 2 * entry, line * 2 * entry + entry),
    ]);
    expectGradient("heads", back, expected, 0);
    const sums = [0, 1].map(() => new Float64Array(headDim));
    for (const [i, value] of found["heads"]!.entries())
      sums[i % width < heads * headDim ? 0 : 1]![i % headDim]! += value;
    expectGradient("queries' weight", sums[0]!, expected, 1);
    expectGradient("keys' weight", sums[1]!, expected, 2);
  });
});

/** Heads of lines [M, (H+Hkv)*hd], those of queries normed by one weight and those of keys by another, in float64. */
function normHeadsReference(
  heads: Float64Array,
  queryWeight: Float64Array,
  keyWeight: Float64Array,
  { heads: queryHeads, kvHeads, headDim, normEpsilon }: DecoderShape,
): Float64Array {
  const normed = new Float64Array(heads.length);
  for (let head = 0; head < heads.length / headDim; head++) {
    const weight = head % (queryHeads + kvHeads) < queryHeads ? queryWeight : keyWeight;
    const own = heads.subarray(head * headDim, (head + 1) * headDim);
    normed.set(normReference(own, weight, normEpsilon), head * headDim);
  }
  return normed;
}
