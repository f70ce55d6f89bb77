/** A non-finite gradient norm: the optimizer step was skipped and the weights are unchanged. */
export class GradientError extends Error {
  override readonly name = "GradientError";

  constructor(norm: number) {
    super(
      `the gradient norm is ${norm}: the step was skipped and the weights are unchanged; lower the learning rate`,
    );
  }
}
