/** A gradient that is not a number: the step was not taken and the weights are as before. */
export class GradientError extends Error {
  override readonly name = "GradientError";

  constructor(norm: number) {
    super(`the gradient norm is ${norm}: the weights were left as they were; lower the learning rate`);
  }
}
