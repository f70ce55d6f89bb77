/** Contents of a kernel's bindings while it is measured. */
import { entryBytes } from "../sampling/batchCapacity.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { keyWidth, normedWidth } from "../layout/headPadding.ts";
import type { LayerBlock } from "../layout/parameterLayout.ts";
import { ropeTable } from "../layout/ropeTable.ts";
import {
  BATCH_BYTES,
  OUTPUT_TOKENS,
  OUTPUT_WORDS,
  packSettings,
  packStates,
  ROW_WORDS,
} from "../layout/rowState.ts";

/** Size of a binding in bytes, and the values that fill it, repeated. */
export interface Content {
  readonly bytes: number;
  readonly pattern: ArrayBuffer;
}

const WORD = 4;
/** Cache entries that all rows share, and entries of each row: a half-finished response. */
const [PREFIX, SUFFIX] = [128, 64];
/** Maximum vocabulary that the head is measured with; a part is representative and takes less memory. */
const HEAD_TOKENS = 16_384;
/** More lines than this are a micro-batch, in which each line writes one entry. */
const DECODE_LINES = 256;
/** More tokens than a row can draw. */
const ENDLESS = 1 << 20;

/** Numbers in [-0.5, 0.5). Their count is prime, so that they do not align with the rows of a matrix. */
const NUMBERS = Float32Array.from({ length: 65_537 }, (_, i) => {
  const mixed = Math.imul(i ^ (i >>> 7), 0x9e3779b1);
  return (mixed >>> 8) / 0x1000000 - 0.5;
}).buffer;

/** Vocabulary size that the head is measured with. */
export function measuredVocabulary({ vocabulary }: DecoderShape): number {
  return Math.min(vocabulary, HEAD_TOKENS);
}

/** Content of the binding of this name, for kernels over this many lines. */
export function contentOf(name: string, shape: DecoderShape, layout: LayerBlock, lines: number): Content {
  const { width, hiddenWidth, vocabulary } = shape;
  const widest = Math.max(width, hiddenWidth, normedWidth(shape), 2 * keyWidth(shape));
  const floats = (count: number): Content => ({ bytes: count * WORD, pattern: NUMBERS });
  if (name === "batch") {
    const settings = { count: lines, maxTokens: ENDLESS, temperature: 1, topP: 0.95, eosTokens: [] };
    return { bytes: BATCH_BYTES, pattern: packSettings(settings) };
  }
  if (name === "rows") return { bytes: lines * ROW_WORDS * WORD, pattern: states(lines, shape).buffer };
  if (name === "rope") {
    const table = ropeTable(Math.min(shape.maxPositions, PREFIX + lines), shape);
    return { bytes: table.byteLength, pattern: table.buffer };
  }
  if (name === "cache")
    return { bytes: (PREFIX + lines * suffixOf(lines)) * entryBytes(shape), pattern: NUMBERS };
  if (name === "outputs") return floats(lines * OUTPUT_TOKENS * OUTPUT_WORDS);
  if (name === "layer" || name === "gradients") return floats(layout.layerSize);
  if (name === "matrix") return floats(measuredVocabulary(shape) * width);
  if (name === "logits") return floats(lines * vocabulary);
  if (name === "norm") return floats(width);
  if (name === "scales") return floats(lines);
  return floats(lines * widest);
}

const suffixOf = (lines: number): number => (lines > DECODE_LINES ? 1 : SUFFIX);

/** States of rows in the middle of their responses. */
function states(lines: number, { maxPositions }: DecoderShape): Uint32Array<ArrayBuffer> {
  const suffix = suffixOf(lines);
  const rows = Array.from({ length: lines }, (_, i) => {
    const suffixStart = PREFIX + i * suffix;
    const position = (PREFIX + i) % maxPositions;
    const attended = { prefixStart: 0, prefixLength: PREFIX, suffixStart, write: suffixStart + suffix - 1 };
    return { token: 0, position, ...attended, seed: 1, stream: i, output: i };
  });
  return packStates(rows);
}
