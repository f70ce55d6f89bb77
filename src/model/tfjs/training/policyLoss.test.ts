/** Losses, gradients and clip fractions against verl's own functions (tools/oracle/make_loss_fixture.py). */
import { beforeAll, describe, expect, test } from "vitest";
import { policyLossReference } from "../../../webgpu/kernels/policyLoss/fixture.ts";
import { IMPLEMENTATIONS, useImplementation } from "../../../ops/testBackend.ts";
import * as tf from "../../../ops/tf.ts";
import { tokenLogprob } from "../../../ops/tokenLogprob/tokenLogprob.ts";
import { LOSSES, relativeGap, type PolicyCase } from "../../fixture.ts";
import { policyLoss, type PolicyLossOptions } from "./policyLoss.ts";
import { addMicroBatch, NO_SUMS } from "../../learning/updateSums.ts";

/** What every formula is held to; float32 leaves a fifth of it. */
const TOLERANCE = 1e-5;

const optionsOf = ({ settings }: PolicyCase): PolicyLossOptions => ({
  ...settings,
  dualClip: settings.dualClip ?? Infinity,
});

const CASES = LOSSES.cases.map((each): [string, PolicyCase] => [
  `${each.aggregation} ${JSON.stringify(each.settings)}`,
  each,
]);

describe.each(IMPLEMENTATIONS)("the policy loss with %s", (implementation) => {
  beforeAll(() => useImplementation(implementation));

  test.each(CASES)("is verl's, and so is its gradient by the logits: %s", (_, each) => {
    const { value, grad } = tf.valueAndGrad((logits: tf.Tensor) =>
      policyLoss(
        tokenLogprob(logits, tf.tensor1d([...LOSSES.ids], "int32")),
        {
          advantages: tf.tensor1d([...LOSSES.advantages]),
          weights: tf.tensor1d([...each.weights]),
          oldLogprobs: tf.tensor1d([...LOSSES.oldLogprobs]),
          referenceLogprobs: tf.tensor1d([...LOSSES.referenceLogprobs]),
        },
        optionsOf(each),
      ),
    )(tf.tensor2d(LOSSES.logits.map((line) => [...line])));
    expect(relativeGap(value.dataSync(), [each.loss])).toBeLessThanOrEqual(TOLERANCE);
    expect(relativeGap(grad.dataSync(), each.gradient.flat())).toBeLessThanOrEqual(TOLERANCE);
  });
});

test.each(CASES)("the reference of the GPU's kernel gives verl's loss: %s", (_, each) => {
  const known = LOSSES.ids.map((token, k) => ({
    token,
    advantage: LOSSES.advantages[k]!,
    oldLogprob: LOSSES.oldLogprobs[k]!,
    referenceLogprob: LOSSES.referenceLogprobs[k]!,
    valueWeight: 0,
    oldValue: 0,
    goal: 0,
  }));
  const losses = policyLossReference(
    Float64Array.from(LOSSES.logits.flat()),
    new Float64Array(known.length),
    known,
    { ...optionsOf(each), temperature: 1 },
  );
  const total = losses.reduce((sum, loss, k) => sum + loss * each.weights[k]!, 0);
  expect(relativeGap([total], [each.loss])).toBeLessThanOrEqual(TOLERANCE);
});

test.each(CASES)("clip fractions are verl's: %s", (_, each) => {
  const logprobs = Float32Array.from(LOSSES.logits, (line, k) => {
    const total = line.reduce((sum, logit) => sum + Math.exp(logit), 0);
    return line[LOSSES.ids[k]!]! - Math.log(total);
  });
  const { length } = logprobs;
  const tokens = new Int32Array(length + 1);
  const { advantages, oldLogprobs } = LOSSES;
  const row = {
    tokens,
    first: 1,
    advantages,
    weights: each.weights,
    oldLogprobs,
    referenceLogprobs: null,
    count: 1,
  };
  const accumulated = {
    loss: 0,
    logprobs,
    entropies: new Float32Array(length),
    referenceLogprobs: null,
  };
  const sums = addMicroBatch(NO_SUMS, [row], accumulated, optionsOf(each));
  // verl adds 1e-8 to the tokens it divides by.
  expect(sums.clipped / length).toBeCloseTo(each.clipFraction, 6);
  expect(sums.clippedLow / length).toBeCloseTo(each.clipFractionLow, 6);
});

test.each(LOSSES.values.cases)(
  "the reference of the GPU's kernel gives verl's value loss at clip $clip",
  (each) => {
    const { predicted, old, returns } = LOSSES.values;
    const known = predicted.map((_, k) => ({
      token: 0,
      advantage: 0,
      oldLogprob: 0,
      referenceLogprob: 0,
      valueWeight: 1 / predicted.length, // the mean over tokens
      oldValue: old[k]!,
      goal: returns[k]!,
    }));
    const losses = policyLossReference(
      new Float64Array(known.length), // one token to choose from
      Float64Array.from(predicted),
      known,
      { ...optionsOf(LOSSES.cases[0]!), temperature: 1, klCoefficient: 0, valueClip: each.clip },
    );
    const total = losses.reduce((sum, loss) => sum + loss, 0);
    expect(relativeGap([total], [each.loss])).toBeLessThanOrEqual(TOLERANCE);
  },
);
