import type { DecoderShape } from "../../../decoder/decoderShape.ts";
import type { TokenRange } from "../../weights/decoderWeights.ts";
import { read, uniform, unroll, write, type Kernel } from "../../recording/kernel.ts";
import { defineProduct } from "../../products/defineProduct.ts";
import { plainTokens, type TokenMatrix } from "../../weights/tokenMatrix.ts";
import { PLAIN_PRODUCT, type ProductVariant } from "../../kernelVariants/variants.ts";

/**
 * logits [M, V] = RMSNorm(x [M, D]) times the transpose of matrix [V, D], the norm fused; for tokens in the bound shard.
 */
export function head(
  { width, vocabulary, normEpsilon }: DecoderShape,
  variant: ProductVariant = PLAIN_PRODUCT,
  tokens: TokenMatrix = plainTokens(width, vocabulary),
  { start, count }: TokenRange = { start: 0, count: vocabulary },
): Kernel {
  // A line's logits may start at any offset, and the last vector may be incomplete.
  const logit = (k: number): string =>
    count % 4 <= k && count % 4 !== 0
      ? `if (token + ${k}u < ${count}u) { logits[at + ${k}u] = scores[${k}]; }`
      : `logits[at + ${k}u] = scores[${k}];`;
  const product = {
    name: "head",
    bindings: {
      batch: uniform("Batch"),
      x: read("array<vec4f>"),
      norm: read("array<vec4f>"),
      matrix: read(tokens.type),
      logits: write("array<f32>"),
    },
    columns: Math.ceil(count / 4),
    terms: [
      {
        vectors: width / 4,
        input: { buffer: "x", stride: width / 4, offset: 0 },
        weights: [tokens.weights],
      },
    ],
    norm: { weight: (i: string) => `norm[${i}]`, width, epsilon: normEpsilon },
    store: (line: string, column: string, [sum = ""]: readonly string[]): string => `
      let scores = ${sum};
      let token = 4u * ${column};
      let at = ${line} * ${vocabulary}u + ${start}u + token;
      ${unroll(4, logit)}`,
  };
  return defineProduct(product, variant);
}
