/** Rows of different lengths concatenated without padding; rows that share a prompt may store it once. */
import { at } from "../../math/at.ts";
import { causalAttention } from "../../ops/causalAttention/causalAttention.ts";
import { gatherRows } from "../../ops/gatherRows/gatherRows.ts";
import * as tf from "../../ops/tf.ts";
import type { ModelConfig } from "../language/config.ts";
import type { Attend } from "./transformer.ts";

/** M packed tokens and the B whole rows (prompt and response) that they form, on the host. Only attention sees whole rows. */
export interface PackedRows {
  /** [M] */
  readonly tokens: Int32Array;
  /** Position of each token in its row: [M] */
  readonly positions: Int32Array;
  /** Offset of each whole row, then their total length: [B + 1] */
  readonly starts: Int32Array;
  /** Packed index of each token of the whole rows. */
  readonly packedAt: Int32Array;
  /** Index of each packed token in the first whole row that contains it: [M] */
  readonly wholeAt: Int32Array;
}

/** Shorter prompts are not shared: gathering rows for attention would cost more than it saves. */
const SHORTEST_PROMPT = 4;

/** Packs rows; consecutive rows with the same prompt, the first `promptLengths[i]` tokens if given, share it. */
export function packRows(
  rows: readonly ArrayLike<number>[],
  promptLengths: readonly number[] = rows.map(() => 0),
): PackedRows {
  const tokens: number[] = [];
  const positions: number[] = [];
  const starts = [0];
  const packedAt: number[] = [];
  const wholeAt: number[] = [];
  const add = (row: ArrayLike<number>, position: number): void => {
    wholeAt.push(packedAt.length);
    packedAt.push(tokens.length);
    tokens.push(row[position] as number); // position < row.length
    positions.push(position);
  };
  for (const [i, row] of rows.entries()) {
    const length = Math.min(at(promptLengths, i), row.length);
    const before = starts.at(-2);
    const shares = before !== undefined && sharePrompt(rows[i - 1], promptLengths[i - 1], row, length);
    for (let t = 0; t < row.length; t++) {
      if (shares && t < length)
        packedAt.push(packedAt[before + t] as number); // the row before has the same prompt
      else add(row, t);
    }
    starts.push(packedAt.length);
  }
  return {
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from(positions),
    starts: Int32Array.from(starts),
    packedAt: Int32Array.from(packedAt),
    wholeAt: Int32Array.from(wholeAt),
  };
}

/** Returns true if a row has the same prompt as the row before it. */
function sharePrompt(
  before: ArrayLike<number> | undefined,
  promptBefore: number | undefined,
  row: ArrayLike<number>,
  prompt: number,
): boolean {
  if (before === undefined || promptBefore !== prompt || prompt < SHORTEST_PROMPT) return false;
  if (before.length < prompt) return false;
  for (let t = 0; t < prompt; t++) if (before[t] !== row[t]) return false;
  return true;
}

/** Returns causal attention within each whole row. */
export function causal(config: ModelConfig, { starts, packedAt, wholeAt }: PackedRows): Attend {
  const { heads, kvHeads } = config;
  if (packedAt.length === wholeAt.length)
    return (_layer, q, k, v) => causalAttention({ q, k, v, rowStarts: starts, heads, kvHeads }); // no row shares a prompt
  return (_layer, q, k, v) => {
    const [unpack, pack] = [indices(packedAt), indices(wholeAt)]; // created per call, since gradient checkpointing calls it twice
    const whole = { q: gatherRows(q, unpack), k: gatherRows(k, unpack), v: gatherRows(v, unpack) };
    return gatherRows(causalAttention({ ...whole, rowStarts: starts, heads, kvHeads }), pack);
  };
}

/** Uploads an int32 vector to the backend. */
export function indices(values: Int32Array): tf.Tensor1D {
  return tf.tensor1d(values, "int32");
}
