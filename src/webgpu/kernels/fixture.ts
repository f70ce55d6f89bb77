/** Float64 loops shared by the references of several kernels. Matrices are [out, in], as in Hugging Face's files. */
import { at } from "../../math/at.ts";

/** RMSNorm of lines [M, width]. */
export function normReference(x: Float64Array, weight: Float64Array, epsilon: number): Float64Array {
  const width = weight.length;
  const normed = new Float64Array(x.length);
  for (let line = 0; line < x.length; line += width) {
    const squares = x.subarray(line, line + width).reduce((sum, value) => sum + value * value, 0);
    const scale = 1 / Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++) normed[line + i] = at(x, line + i) * at(weight, i) * scale;
  }
  return normed;
}

/** x [M, K] times the transpose of weight [N, K], plus bias [N] if any: [M, N]. */
export function productReference(
  x: Float64Array,
  weight: Float64Array,
  inputs: number,
  bias?: Float64Array,
): Float64Array {
  const outputs = weight.length / inputs;
  const product = new Float64Array((x.length / inputs) * outputs);
  for (let i = 0; i < product.length; i++) {
    const [line, output] = [Math.floor(i / outputs) * inputs, i % outputs];
    let sum = bias === undefined ? 0 : at(bias, output);
    for (let k = 0; k < inputs; k++) sum += at(x, line + k) * at(weight, output * inputs + k);
    product[i] = sum;
  }
  return product;
}
