/**
 * Row order of query and key projections [heads * headDim, D]. Hugging Face's RoPE pairs row i of a head's first half with
 * row i of its second half; llama.cpp's llama pairs adjacent rows.
 */
import type { Tensor } from "../../math/tensor.ts";

/** Converts llama.cpp's row order to Hugging Face's. */
export function withHalvesApart(tensor: Tensor, heads: number): Tensor {
  return reordered(tensor, heads, (within, half) => (within < half ? 2 * within : 2 * (within - half) + 1));
}

/** Converts Hugging Face's row order to llama.cpp's. */
export function withHalvesInterleaved(tensor: Tensor, heads: number): Tensor {
  return reordered(tensor, heads, (within, half) => (within >> 1) + (within & 1) * half);
}

/** Reorders rows; `source(within, half)` is the source row of row `within` of a head. */
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
