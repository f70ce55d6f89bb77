/** Rows that continue the same prompt, laid out with the prompt once: all but attention then works on it once. */
import { causalAttention } from "../../ops/causalAttention/causalAttention.ts";
import { gatherRows } from "../../ops/gatherRows/gatherRows.ts";
import type { ModelConfig } from "../language/config.ts";
import { indices, type PackedRows } from "./packedRows.ts";
import type { Attend } from "./transformer.ts";

/** Whole rows, prompt and all, as attention sees them. */
interface WholeRows {
  /** First token of each whole row, and their number at the end: [B + 1] */
  readonly starts: Int32Array;
  /** Where the tokens of the whole rows lie among the M packed ones. */
  readonly packedAt: Int32Array;
  /** Where each packed token lies in the first whole row that has it: [M] */
  readonly wholeAt: Int32Array;
}

/** M packed tokens and the whole rows that they make up. */
export interface SharedRows extends Omit<PackedRows, "starts"> {
  readonly whole: WholeRows;
}

/** Shorter prompts are not worth sharing: attention gathers its rows. */
const SHORTEST_PROMPT = 4;

/** Packs rows whose first `promptLengths[i]` tokens are their prompt; neighbours with the same prompt share it. */
export function shareRows(rows: readonly ArrayLike<number>[], promptLengths: readonly number[]): SharedRows {
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
    const length = Math.min(promptLengths[i] ?? 0, row.length);
    const before = starts.at(-2);
    const shares = before !== undefined && sharePrompt(rows[i - 1], promptLengths[i - 1], row, length);
    for (let t = 0; t < row.length; t++) {
      if (shares && t < length)
        packedAt.push(packedAt[before + t] as number); // the neighbour has as long a prompt
      else add(row, t);
    }
    starts.push(packedAt.length);
  }
  return {
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from(positions),
    whole: {
      starts: Int32Array.from(starts),
      packedAt: Int32Array.from(packedAt),
      wholeAt: Int32Array.from(wholeAt),
    },
  };
}

/** Whether a row's prompt is that of the row before it. */
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

/** Attention within each whole row, each token seeing itself and what came before it. */
export function causalWhole(config: ModelConfig, { starts, packedAt, wholeAt }: WholeRows): Attend {
  const { heads, kvHeads } = config;
  if (packedAt.length === wholeAt.length)
    return (_layer, q, k, v) => causalAttention({ q, k, v, rowStarts: starts, heads, kvHeads }); // nothing is shared
  return (_layer, q, k, v) => {
    const [unpack, pack] = [indices(packedAt), indices(wholeAt)]; // anew, where a layer is computed again
    const whole = { q: gatherRows(q, unpack), k: gatherRows(k, unpack), v: gatherRows(v, unpack) };
    return gatherRows(causalAttention({ ...whole, rowStarts: starts, heads, kvHeads }), pack);
  };
}
