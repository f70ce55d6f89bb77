import { differentiable, nth } from "../differentiable.ts";
import { expectShape, matrixShape } from "../shapes.ts";
import type * as tf from "../tf.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

interface Rows {
  readonly starts: Int32Array;
  readonly batch: number;
  readonly longest: number;
}

function checkRows(rowStarts: Int32Array, tokens: number): Rows {
  let longest = 0;
  for (let row = 0; row + 1 < rowStarts.length; row++) {
    const length = (rowStarts[row + 1] ?? 0) - (rowStarts[row] ?? 0);
    if (length < 1) throw new Error(`causalAttention: row ${row} has ${length} tokens`);
    longest = Math.max(longest, length);
  }
  if (rowStarts[0] !== 0 || rowStarts[rowStarts.length - 1] !== tokens) {
    throw new Error(`causalAttention: rowStarts does not run from 0 to ${tokens}`);
  }
  return { starts: rowStarts, batch: rowStarts.length - 1, longest };
}

/** Causal attention by the WASM kernels. Keeps one number per token and head, not the weights. */
export function causalAttentionFused(
  kernels: WasmKernels,
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  rowStarts: Int32Array,
  heads: number,
  kvHeads: number,
): tf.Tensor2D {
  const [m, width] = matrixShape("causalAttention: q", q);
  const headDim = width / heads;
  if (headDim % 4 !== 0) throw new Error(`causalAttention: head width ${headDim} is not a multiple of 4`);
  if (heads % kvHeads !== 0)
    throw new Error(`causalAttention: ${heads} heads do not share ${kvHeads} key heads`);
  expectShape("causalAttention: k", k, [m, kvHeads * headDim]);
  expectShape("causalAttention: v", v, [m, kvHeads * headDim]);
  const { starts, batch, longest } = checkRows(rowStarts, m);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const { call } = kernels;

  const backward = (dy: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] => {
    const inputs = saved.map(at) as [number, number, number, number, number]; // q, k, v, out, lse as saved below
    const grads = [nth(saved, 0), nth(saved, 1), nth(saved, 2)].map((input) => kernels.output(input.shape));
    const outputs = grads.map(at) as [number, number, number];
    const [scratch, starting] = kernels.scratchWith(call.attentionBackwardScratch(longest, headDim), starts);
    const sizes = [batch, heads, kvHeads, headDim, longest] as const;
    call.attentionBackward(at(dy), ...inputs, ...outputs, starting, ...sizes, scratch);
    return grads;
  };
  const mixed = differentiable([q, k, v], () => {
    const [out, lse] = [kernels.output([m, width]), kernels.output([m, heads])];
    const [scratch, starting] = kernels.scratchWith(call.attentionScratch(longest, headDim), starts);
    const sizes = [batch, heads, kvHeads, headDim, longest] as const;
    call.attentionForward(at(q), at(k), at(v), at(out), at(lse), starting, ...sizes, scratch);
    return { value: out, saved: [q, k, v, out, lse], backward };
  });
  return mixed as tf.Tensor2D; // [m, width]
}
