import { test } from "vitest";
import { expectation, expectClose, normals, type Values } from "../../../ops/fixture.ts";
import { describeOnGpu, expectGradient, ODD_SHAPE, TOLERANCE } from "../../fixture.ts";
import { SCORE_WORDS, type LossSettings } from "../../layout/scoredToken.ts";
import { packScored, runHead } from "../headBackward/fixture.ts";
import { distributionReference } from "../sample/fixture.ts";
import { policyLossReference, type KnownToken } from "./fixture.ts";

/** The lines are the logits, and one number more, which is multiplied by 1 for the value. */
const VOCABULARY = 12;
const WIDTH = 16;
const VALUE_COLUMN = 13;
const widened = (data: Float64Array): Values => {
  const lines = data.length / VOCABULARY;
  const wide = new Float64Array(lines * WIDTH);
  for (let k = 0; k < lines; k++) wide.set(data.subarray(k * VOCABULARY, (k + 1) * VOCABULARY), k * WIDTH);
  return { shape: [lines, WIDTH], data: wide };
};
const IDENTITY = Float64Array.from({ length: VOCABULARY ** 2 }, (_, i) =>
  i % (VOCABULARY + 1) === 0 ? 1 : 0,
);
const LOSS: LossSettings = {
  temperature: 0.7,
  clipLow: 0.2,
  clipHigh: 0.28,
  dualClip: 3,
  klCoefficient: 0.05,
  entropyCoefficient: 0.1,
  valueClip: 0.5,
  normalizer: 1,
};
/** Advantage, and how far the logprob has moved: the ratios are e^0, e^1 (cut above), e^-1 (cut below), e^2 (bounded). */
const CASES = [
  [1, 0],
  [-1, 0],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
  [-1, 2],
  [0.5, 0.1],
] as const;
/** Old value and return beside a value of 1: free, moved too far and clipped, moved too far towards the return. */
const VALUES = [
  [0.9, 2],
  [0.2, -1],
  [0.2, 3],
  [1.8, 3],
  [1.8, -1],
] as const;

describeOnGpu("policyLoss", (gpu) => {
  test.each(["k1", "k2", "k3"] as const)(
    "agrees with float64 and its finite differences, clipped either way or not, with %s",
    async (klEstimator) => {
      const loss = { ...LOSS, klEstimator };
      const logits = normals(1, [CASES.length, VOCABULARY], 2);
      const values: Values = { shape: [CASES.length], data: new Float64Array(CASES.length).fill(1) };
      const known = CASES.map(([advantage, change], k): KnownToken => {
        const line = logits.data.slice(k * VOCABULARY, (k + 1) * VOCABULARY);
        const logprob = distributionReference(line, loss.temperature).logprobs[k]!;
        const [oldValue, goal] = VALUES[k % VALUES.length]!;
        return {
          token: k,
          advantage,
          oldLogprob: Math.fround(logprob - change - 0.01), // off the corner of the clip
          referenceLogprob: Math.fround(logprob + 0.3),
          valueWeight: 0.5,
          oldValue: Math.fround(oldValue),
          goal,
        };
      });
      const expected = expectation((x, v) => policyLossReference(x, v, known, loss), [logits, values]);
      const found = await runHead(gpu(), {
        shape: { ...ODD_SHAPE, width: WIDTH, vocabulary: VOCABULARY },
        normed: widened(logits.data),
        matrix: widened(IDENTITY),
        values: values.data,
        valueWeights: Float64Array.from({ length: WIDTH }, (_, i) => (i === VALUE_COLUMN ? 1 : 0)),
        scored: packScored(known, expected.weights.data),
        loss,
        chunk: 8,
      });
      const losses = known.map((_, k) => found.scores[k * SCORE_WORDS + 2]!);
      const weighted = expected.value.map((value, k) => value * expected.weights.data[k]!);
      expectClose("losses", losses, weighted, TOLERANCE);
      const byColumn = [...found.inputGradient.keys()].map((entry) => entry % WIDTH);
      const byLogit = found.inputGradient.filter((_, entry) => byColumn[entry]! < VOCABULARY);
      const byValue = found.inputGradient.filter((_, entry) => byColumn[entry] === VALUE_COLUMN);
      expectGradient("logits", byLogit, expected, 0);
      expectGradient("values", byValue, expected, 1);
    },
  );
});
