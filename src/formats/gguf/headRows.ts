/**
 * The rows of a query or key projection, [heads * head rows, columns], in the two orders of rotary embeddings: Hugging
 * Face rotates row i of a head's first half with row i of its second half, llama.cpp's llama neighbouring rows.
 */
import type { Tensor } from "../../math/tensor.ts";

/** llama.cpp's order -> Hugging Face's. */
export function withHalvesApart(tensor: Tensor, heads: number): Tensor {
  return reordered(tensor, heads, (within, half) => (within < half ? 2 * within : 2 * (within - half) + 1));
}

/** Hugging Face's order -> llama.cpp's. */
export function withHalvesInterleaved(tensor: Tensor, heads: number): Tensor {
  return reordered(tensor, heads, (within, half) => (within >> 1) + (within & 1) * half);
}

/** `source(within, half)` is the row, within its head, that comes to `within`. */
function reordered(
  { shape, data }: Tensor,
  heads: number,
  source: (within: number, half: number) => number,
): Tensor {
  const [rows = 0, columns = 1] = shape;
  const headRows = rows / heads;
  const ordered = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const [head, within] = [Math.floor(row / headRows), row % headRows];
    const from = head * headRows + source(within, headRows / 2);
    ordered.set(data.subarray(from * columns, (from + 1) * columns), row * columns);
  }
  return { shape, data: ordered };
}
