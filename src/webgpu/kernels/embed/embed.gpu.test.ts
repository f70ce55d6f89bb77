import { expect, test } from "vitest";
import { normals } from "../../../ops/fixture.ts";
import { describeOnGpu, floats, ODD_SHAPE, runKernel, settingsFor, statesOf } from "../../fixture.ts";
import { embed } from "./embed.ts";

describeOnGpu("embed", (gpu) => {
  test("copies each line's row and leaves lines beyond the batch alone", async () => {
    const { width, vocabulary } = ODD_SHAPE;
    const tokens = [12, 0, 7];
    const embedding = normals(1, [vocabulary, width]).data;
    const { x } = await runKernel(gpu(), embed(ODD_SHAPE), 3, {
      batch: settingsFor(3),
      rows: statesOf(tokens.map((token) => ({ token }))),
      matrix: floats(embedding),
      x: new Float32Array(4 * width),
    });
    expect([...x!]).toEqual([...embedReference(embedding, tokens, width), ...new Float64Array(width)]);
  });
});

/** Rows of embedding [V, width]. */
function embedReference(embedding: Float64Array, tokens: readonly number[], width: number): Float64Array {
  return Float64Array.from(
    tokens.flatMap((token) => [...embedding.subarray(token * width, (token + 1) * width)]),
  );
}
