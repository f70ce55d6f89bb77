/** Rows of embedding [V, width]. */
export function embedReference(
  embedding: Float64Array,
  tokens: readonly number[],
  width: number,
): Float64Array {
  return Float64Array.from(
    tokens.flatMap((token) => [...embedding.subarray(token * width, (token + 1) * width)]),
  );
}
