/** Memory layout of `Decoding` in wasm/assembly/decodeTokens.ts; keep the two in sync. */
import { at } from "../../math/at.ts";

/** Its 32-bit fields after temperature, topP (float64) and epsilon (float32), in order. */
// prettier-ignore
const INTEGERS = [
  "layers", "width", "hiddenWidth", "heads", "kvHeads", "headDim", "vocabulary",
  "embedding", "layerTable", "finalNorm", "head", "cos", "sin",
  "prefixStarts", "groups", "longest", "endTokens", "endCount",
  "slots", "drawn", "groupOf", "tokens", "logprobs", "entropies", "uniforms", "next",
  "live", "count", "step",
  "x", "normed", "rstd", "queries", "keys", "values", "context", "gates", "ups",
  "positions", "groupsOfLive", "oldHeads", "tails", "logits", "drawScratch", "scratch",
] as const;

type IntegerField = (typeof INTEGERS)[number];

/** The fields of a `Decoding`: sizes and addresses. */
export type DecodingFields = Readonly<Record<IntegerField | "temperature" | "topP" | "epsilon", number>>;

const FIRST_INTEGER = 20;

export const DECODING_BYTES = FIRST_INTEGER + 4 * INTEGERS.length;

/** Writes a `Decoding` at `address`, which must be aligned to 8 bytes. */
export function writeDecoding(memory: ArrayBufferLike, address: number, fields: DecodingFields): void {
  new Float64Array(memory, address, 2).set([fields.temperature, fields.topP]);
  new Float32Array(memory, address + 16, 1).set([fields.epsilon]);
  new Int32Array(memory, address + FIRST_INTEGER, INTEGERS.length).set(INTEGERS.map((name) => fields[name]));
}

/** Reads a 32-bit field of the `Decoding` at `address`. */
export function readDecoding(memory: ArrayBufferLike, address: number, field: IntegerField): number {
  return at(new Int32Array(memory, address + FIRST_INTEGER, INTEGERS.length), INTEGERS.indexOf(field));
}

/** Changes 32-bit fields of the `Decoding` at `address`. */
export function changeDecoding(
  memory: ArrayBufferLike,
  address: number,
  changes: Partial<Record<IntegerField, number>>,
): void {
  const fields = new Int32Array(memory, address + FIRST_INTEGER, INTEGERS.length);
  for (const [i, name] of INTEGERS.entries()) fields[i] = changes[name] ?? at(fields, i);
}
