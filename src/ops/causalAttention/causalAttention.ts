import * as tf from "../tf.ts";
import { operation } from "../wasm/installWasmKernels.ts";
import { at } from "../../math/at.ts";
import { gatherRowsComposite } from "../gatherRows/gatherRows.ts";
import { differentiable, nth } from "../differentiable.ts";
import { expectShape, headWidth, isKernelHead, longestPart, matrixShape } from "../shapes.ts";
import type { WasmKernels } from "../wasm/bridge.ts";

/** Packed rows of queries, keys and values. */
interface CausalAttentionInput {
  /** [M, H*hd] */
  readonly q: tf.Tensor;
  /** [M, Hkv*hd] */
  readonly k: tf.Tensor;
  readonly v: tf.Tensor;
  /** First token of each row, then M: [B+1]. */
  readonly rowStarts: Int32Array;
  /** H, a multiple of `kvHeads` (grouped-query attention). */
  readonly heads: number;
  readonly kvHeads: number;
}

/** Added to the scores of masked keys; exp of it is 0, and unlike -Infinity it causes no NaN. */
export const HIDDEN = -1e9;

/** Causal self-attention within each packed row, with scale 1/sqrt(hd); returns [M, H*hd]. */
export const causalAttention = operation(causalAttentionFused, causalAttentionComposite);

/** Index tensors between packed rows and a padded [B, longest] grid. */
interface Padding {
  readonly rows: number;
  readonly longest: number;
  /** Packed token of each grid cell; padding repeats the first token of the row and its result is dropped. */
  readonly toGrid: tf.Tensor1D;
  /** Grid cell of each packed token. */
  readonly toPacked: tf.Tensor1D;
}

function padding(rowStarts: Int32Array): Padding {
  const rows = rowStarts.length - 1;
  const lengths = Array.from(rowStarts.subarray(1), (end, row) => end - at(rowStarts, row));
  const longest = Math.max(...lengths);
  const toGrid = new Int32Array(rows * longest);
  const toPacked: number[] = [];
  lengths.forEach((length, row) => {
    const start = at(rowStarts, row);
    for (let t = 0; t < longest; t++) toGrid[row * longest + t] = t < length ? start + t : start;
    for (let t = 0; t < length; t++) toPacked.push(row * longest + t);
  });
  return { rows, longest, toGrid: tf.tensor1d(toGrid, "int32"), toPacked: tf.tensor1d(toPacked, "int32") };
}

/** Mask of keys later than the query: [T*queriesPerKey, T], with the queries of a key head interleaved. */
function causalMask(longest: number, queriesPerKey: number): tf.Tensor2D {
  const mask = new Float32Array(longest * queriesPerKey * longest);
  for (let i = 0; i < mask.length; i++) {
    if (i % longest > Math.floor(i / (longest * queriesPerKey))) mask[i] = HIDDEN;
  }
  return tf.tensor2d(mask, [longest * queriesPerKey, longest]);
}

/**
 * Causal attention with stock operations. Rows are padded to the longest; queries that share a key head are folded into the
 * time axis, so that keys are not repeated.
 */
function causalAttentionComposite(input: CausalAttentionInput): tf.Tensor2D {
  const { q, k, v, rowStarts, heads, kvHeads } = input;
  return tf.tidy(() => {
    const width = at(q.shape, 1);
    const headDim = width / heads;
    const queriesPerKey = heads / kvHeads;
    const { rows, longest, toGrid, toPacked } = padding(rowStarts);
    const byHead = (packed: tf.Tensor, perHead: number): tf.Tensor3D => {
      const grid = tf.reshape(gatherRowsComposite(packed, toGrid), [
        rows,
        longest,
        kvHeads,
        perHead * headDim,
      ]);
      return tf.reshape(tf.transpose(grid, [0, 2, 1, 3]), [rows * kvHeads, longest * perHead, headDim]);
    };
    const scores = tf.mul(tf.matMul(byHead(q, queriesPerKey), byHead(k, 1), false, true), headDim ** -0.5);
    const weights = tf.softmax(tf.add(scores, causalMask(longest, queriesPerKey)));
    const mixed = tf.reshape(tf.matMul(weights, byHead(v, 1)), [
      rows,
      kvHeads,
      longest,
      queriesPerKey * headDim,
    ]);
    const grid = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [rows * longest, width]);
    return gatherRowsComposite(grid, toPacked);
  });
}

/** Causal attention with the WASM kernels. For the gradient it keeps the log-sum-exp per token and head, not the weights. */
function causalAttentionFused(kernels: WasmKernels, input: CausalAttentionInput): tf.Tensor2D {
  const { q, k, v, rowStarts, heads, kvHeads } = input;
  const [m, width] = matrixShape("causalAttention: q", q);
  if (!isKernelHead(width / heads)) return causalAttentionComposite(input);
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
