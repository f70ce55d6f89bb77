/** Rows of different lengths laid end to end: no padding, no work on it. */
import { causalAttention } from "../../ops/causalAttention/causalAttention.ts";
import * as tf from "../../ops/tf.ts";
import type { ModelConfig } from "../language/config.ts";
import type { Attend } from "./transformer.ts";

/** B rows of M tokens in all, on the host. */
export interface PackedRows {
  /** [M] */
  readonly tokens: Int32Array;
  /** Place of each token in its own row: [M] */
  readonly positions: Int32Array;
  /** First token of each row, and M at the end: [B + 1] */
  readonly starts: Int32Array;
}

/** Lays rows of tokens end to end. */
export function packRows(rows: readonly ArrayLike<number>[]): PackedRows {
  const starts = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries()) starts[i + 1] = (starts[i] ?? 0) + row.length;
  const total = starts[rows.length] ?? 0;
  const tokens = new Int32Array(total);
  const positions = new Int32Array(total);
  for (const [i, row] of rows.entries()) {
    const start = starts[i] ?? 0;
    tokens.set(row, start);
    for (let t = 0; t < row.length; t++) positions[start + t] = t;
  }
  return { tokens, positions, starts };
}

/** Attention within each row, each token seeing itself and what came before it. */
export function causal(config: ModelConfig, starts: Int32Array): Attend {
  const { heads, kvHeads } = config;
  return (_layer, q, k, v) => causalAttention({ q, k, v, rowStarts: starts, heads, kvHeads });
}

/** An int32 vector on the backend. */
export function indices(values: Int32Array): tf.Tensor1D {
  return tf.tensor1d(values, "int32");
}
