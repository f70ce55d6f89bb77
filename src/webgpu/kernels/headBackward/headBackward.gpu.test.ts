import { expect, test } from "vitest";
import { expectation, expectClose, normals } from "../../../ops/fixture.ts";
import { describeOnGpu, expectGradient, ODD_SHAPE, TOLERANCE } from "../../fixture.ts";
import { productReference } from "../fixture.ts";
import { SCORE_WORDS } from "../../layout/scoredToken.ts";
import type { KnownToken } from "../policyLoss/fixture.ts";
import { policyLossReference } from "../policyLoss/fixture.ts";
import { distributionReference } from "../sample/fixture.ts";
import { packScored, runHead } from "./fixture.ts";

const LOSS = {
  temperature: 1.3,
  clipLow: 0.2,
  clipHigh: 0.2,
  dualClip: Infinity,
  klCoefficient: 0.2,
  entropyCoefficient: 0.3,
  normalizer: 1,
};

describeOnGpu("head in chunks", (gpu) => {
  // 13 tokens in four vectors: chunks of which the last has one token, and slices that take four vectors, two, or one or none.
  test.each([
    [4, 4],
    [8, 8],
    [16, 20],
  ])("agrees with float64 and its finite differences, %i tokens a chunk", async (chunk, hiddenWidth) => {
    const shape = { ...ODD_SHAPE, vocabulary: 13, hiddenWidth };
    const { width } = shape;
    const [normed, matrix, valueWeights] = [
      normals(1, [6, width]),
      normals(2, [13, width]),
      normals(3, [width]),
    ];
    const logits = productReference(normed.data, matrix.data, width);
    const known = Array.from({ length: 6 }, (_, k): KnownToken => {
      const { logprobs } = distributionReference(logits.slice(k * 13, (k + 1) * 13), LOSS.temperature);
      const token = [0, 3, 4, 11, 12, 7][k]!;
      const oldLogprob = Math.fround(logprobs[token]! + 0.05 * (k - 2));
      const referenceLogprob = Math.fround(oldLogprob - 0.5);
      return {
        token,
        advantage: k - 2.5,
        oldLogprob,
        referenceLogprob,
        valueWeight: 1,
        oldValue: 0,
        goal: k,
      };
    });
    const valuesOf = (x: Float64Array): Float64Array => productReference(x, valueWeights.data, width);
    const expected = expectation(
      (x, m) => policyLossReference(productReference(x, m, width), valuesOf(x), known, LOSS),
      [normed, matrix],
    );
    const found = await runHead(gpu(), {
      shape,
      normed,
      matrix,
      values: valuesOf(normed.data),
      valueWeights: valueWeights.data,
      scored: packScored(known, expected.weights.data),
      loss: LOSS,
      chunk,
    });
    const column = (word: number): number[] => known.map((_, k) => found.scores[k * SCORE_WORDS + word]!);
    const distributions = known.map(({ token }, k) => {
      const { logprobs, entropy } = distributionReference(
        logits.slice(k * 13, (k + 1) * 13),
        LOSS.temperature,
      );
      return [logprobs[token]!, entropy];
    });
    expectClose(
      "logprobs",
      column(0),
      distributions.map(([logprob]) => logprob!),
      TOLERANCE,
    );
    expectClose(
      "entropies",
      column(1),
      distributions.map(([, entropy]) => entropy!),
      TOLERANCE,
    );
    expectClose("values", column(3), valuesOf(normed.data), TOLERANCE);
    expectGradient("input", found.inputGradient, expected, 0);
    expectGradient("matrix", found.matrixGradient, expected, 1);
    expect(found.matrixGradient.length).toBe(13 * width);
  });
});
