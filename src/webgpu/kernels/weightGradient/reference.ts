import { at } from "../../../math/at.ts";

/** Input [M, K] transposed times gradient [M, N], transposed: the gradient of a matrix [N, K], in float64. */
export function weightGradientReference(
  input: Float64Array,
  gradient: Float64Array,
  lines: number,
): Float64Array {
  const [inputs, outputs] = [input.length / lines, gradient.length / lines];
  return Float64Array.from({ length: inputs * outputs }, (_, i) => {
    const [output, k] = [Math.floor(i / inputs), i % inputs];
    let sum = 0;
    for (let line = 0; line < lines; line++)
      sum += at(input, line * inputs + k) * at(gradient, line * outputs + output);
    return sum;
  });
}
