import { differentiable, nth } from "../differentiable.ts";
import { expectShape, headWidth, longestPart, matrixShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";
import type { CausalAttentionInput } from "./input.ts";

/** Causal attention with the WASM kernels. For the gradient it keeps the log-sum-exp per token and head, not the weights. */
export function causalAttentionFused(kernels: WasmKernels, input: CausalAttentionInput): tf.Tensor2D {
  const { q, k, v, rowStarts, heads, kvHeads } = input;
  const [m, width] = matrixShape("causalAttention: q", q);
  const headDim = headWidth("causalAttention", width, heads, kvHeads);
  expectShape("causalAttention: k", k, [m, kvHeads * headDim]);
  expectShape("causalAttention: v", v, [m, kvHeads * headDim]);
  const longest = longestPart("causalAttention: rowStarts", rowStarts, m, 1);
  const sizes = [heads, kvHeads, headDim, longest] as const;
  // Scores and weighted sums of every token over half a row on average.
  const rows = { count: rowStarts.length - 1, unit: 1, work: (m * width * m) / (rowStarts.length - 1) ** 2 };
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const { call } = kernels;

  const backward = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => {
    const inputs = saved.map(at) as [number, number, number, number, number]; // q, k, v, out, lse as saved below
    const grads = [nth(saved, 0), nth(saved, 1), nth(saved, 2)].map((input) => kernels.output(input.shape));
    const outputs = grads.map(at) as [number, number, number];
    const dyAt = at(dy);
    const bytes = call.attentionBackwardScratch(longest, headDim);
    const [scratch, starts] = kernels.scratchOfPartsWith(bytes, rowStarts);
    kernels.inParts("attentionBackward", { ...rows, work: 3 * rows.work }, (begin, end, part) => {
      return [dyAt, ...inputs, ...outputs, starts + begin * 4, end - begin, ...sizes, scratch(part)];
    });
    return grads;
  };
  const mixed = differentiable([q, k, v], () => {
    const [out, lse] = [kernels.output([m, width]), kernels.output([m, heads])];
    const places = [at(q), at(k), at(v), at(out), at(lse)] as const;
    const bytes = call.attentionScratch(longest, headDim);
    const [scratch, starts] = kernels.scratchOfPartsWith(bytes, rowStarts);
    kernels.inParts("attentionForward", rows, (begin, end, part) => {
      return [...places, starts + begin * 4, end - begin, ...sizes, scratch(part)];
    });
    return { value: out, saved: [q, k, v, out, lse], backward };
  });
  return mixed as tf.Tensor2D; // [m, width]
}
