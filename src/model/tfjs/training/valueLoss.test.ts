/** The value loss and its gradient against verl's own functions (tools/oracle/make_loss_fixture.py). */
import { beforeAll, describe, expect, test } from "vitest";
import { IMPLEMENTATIONS, useImplementation } from "../../../ops/testBackend.ts";
import * as tf from "../../../ops/tf.ts";
import { LOSSES, relativeGap } from "../../fixture.ts";
import { valueLoss } from "./valueLoss.ts";

describe.each(IMPLEMENTATIONS)("the value loss with %s", (implementation) => {
  beforeAll(() => useImplementation(implementation));

  test.each(LOSSES.values.cases)("is verl's, and so is its gradient, at clip $clip", (each) => {
    const { predicted, old, returns } = LOSSES.values;
    const { value, grad } = tf.valueAndGrad((values: tf.Tensor) =>
      valueLoss(
        values,
        {
          old: tf.tensor1d([...old]),
          returns: tf.tensor1d([...returns]),
          weights: tf.fill([predicted.length], 1 / predicted.length), // the mean over tokens
        },
        each.clip,
      ),
    )(tf.tensor1d([...predicted]));
    // The bound of every formula; float32 leaves a fifth of it.
    expect(relativeGap(value.dataSync(), [each.loss])).toBeLessThanOrEqual(1e-5);
    expect(relativeGap(grad.dataSync(), each.gradient)).toBeLessThanOrEqual(1e-5);
  });
});
