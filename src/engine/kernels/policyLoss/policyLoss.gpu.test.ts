import { test } from "vitest";
import { expectation, expectClose, normals } from "../../../kernels/fixture.ts";
import { describeOnGpu, expectGradient, floats, runKernel, settingsFor, TOLERANCE } from "../../fixture.ts";
import { distributionReference } from "../sample/reference.ts";
import { LOSS_BYTES, policyLoss, SCORE_WORDS, SCORED_WORDS } from "./policyLoss.ts";
import { policyLossReference, type KnownToken } from "./reference.ts";

const VOCABULARY = 7;
const CONSTANTS = {
  temperature: 0.7,
  clipLow: 0.2,
  clipHigh: 0.28,
  dualClip: 3,
  klCoefficient: 0.05,
  entropyCoefficient: 0.1,
};

describeOnGpu("policyLoss", (gpu) => {
  test("agrees with float64 and its finite differences, clipped either way or not", async () => {
    // Old logprobs such that the ratios are e^0, e^1 (cut above), e^-1 (cut below), and e^2 (bounded) or not.
    const cases = [
      [1, 0],
      [-1, 0],
      [1, 1],
      [-1, 1],
      [1, -1],
      [-1, -1],
      [-1, 2],
      [0.5, 0.1],
    ] as const;
    const logits = normals(1, [cases.length, VOCABULARY], 2);
    const known = cases.map(([advantage, change], k): KnownToken => {
      const line = logits.data.slice(k * VOCABULARY, (k + 1) * VOCABULARY);
      const logprob = distributionReference(line, CONSTANTS.temperature).logprobs[k % VOCABULARY]!;
      return {
        token: k % VOCABULARY,
        advantage,
        oldLogprob: Math.fround(logprob - change - 0.01), // off the corner of the clip
        referenceLogprob: Math.fround(logprob + 0.3),
      };
    });
    const expected = expectation((x) => policyLossReference(x, known, CONSTANTS), [logits]);
    const scored = new Float32Array(known.length * SCORED_WORDS);
    for (const [k, { advantage, oldLogprob, referenceLogprob }] of known.entries())
      scored.set([0, expected.weights.data[k]!, advantage, oldLogprob, referenceLogprob], k * SCORED_WORDS);
    const words = new Uint32Array(scored.buffer);
    for (const [k, { token }] of known.entries()) words[k * SCORED_WORDS] = token;
    const { temperature, clipLow, clipHigh, dualClip, klCoefficient, entropyCoefficient } = CONSTANTS;
    const loss = [1 / temperature, clipLow, clipHigh, dualClip, klCoefficient, entropyCoefficient];
    const written = await runKernel(gpu(), policyLoss(VOCABULARY), known.length, {
      batch: settingsFor(known.length),
      loss: floats(loss, LOSS_BYTES / 4),
      scored,
      logits: floats(logits.data),
      scores: new Float32Array(known.length * SCORE_WORDS),
    });
    const losses = known.map((_, k) => written["scores"]![k * SCORE_WORDS + 2]!);
    const weighted = expected.value.map((value, k) => value * expected.weights.data[k]!);
    expectClose("losses", losses, weighted, TOLERANCE);
    expectGradient("logits", written["logits"]!, expected, 0);
  });
});
