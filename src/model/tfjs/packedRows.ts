/** Rows of different lengths concatenated without padding. */
import { causalAttention } from "../../ops/causalAttention/causalAttention.ts";
import * as tf from "../../ops/tf.ts";
import type { ModelConfig } from "../language/config.ts";
import type { Attend } from "./transformer.ts";

/** B rows with M tokens in total, on the host. */
export interface PackedRows {
  /** [M] */
  readonly tokens: Int32Array;
  /** Position of each token in its row: [M] */
  readonly positions: Int32Array;
  /** Offset of each row, then M: [B + 1] */
  readonly starts: Int32Array;
}

/** Concatenates rows of tokens. */
export function packRows(rows: readonly ArrayLike<number>[]): PackedRows {
  const total = rows.reduce((sum, row) => sum + row.length, 0);
  const starts = new Int32Array(rows.length + 1);
  const tokens = new Int32Array(total);
  const positions = new Int32Array(total);
  let start = 0;
  for (const [i, row] of rows.entries()) {
    tokens.set(row, start);
    for (let t = 0; t < row.length; t++) positions[start + t] = t;
    start += row.length;
    starts[i + 1] = start;
  }
  return { tokens, positions, starts };
}

/** Returns causal attention within each row. */
export function causal(config: ModelConfig, starts: Int32Array): Attend {
  const { heads, kvHeads } = config;
  return (_layer, q, k, v) => causalAttention({ q, k, v, rowStarts: starts, heads, kvHeads });
}

/** Uploads an int32 vector to the backend. */
export function indices(values: Int32Array): tf.Tensor1D {
  return tf.tensor1d(values, "int32");
}
