/**
 * Packed frozen matrices [N, K]: float16, or blocks of 32 inputs that share a float16 scale (Q8_0 and Q4_0 of llama.cpp).
 * They are stored in tiles of four inputs (q4_0: eight) by four outputs, so that products over inputs and over outputs both
 * read consecutive words:
 *
 *   f16    [K/4, N/4] tiles of 16 halves, output by output
 *   q8_0   [K/4, N/4] tiles of 16 bytes, then scales [K/32, N], two per word
 *   q4_0   [K/8, N/4] tiles of 32 nibbles, then scales likewise
 */
import { packFourBits } from "../../formats/numbers/fourBitBlocks.ts";
import { pack } from "../../formats/numbers/narrowFloats.ts";
import { unroll } from "../recording/kernel.ts";
import type { Weights } from "../products/product.ts";

export type PackedPrecision = "f16" | "q8_0" | "q4_0";

/** A matrix in an array<vec4u>. */
export interface PackedMatrix {
  readonly precision: PackedPrecision;
  /** N and K; K is a multiple of 4. */
  readonly outputs: number;
  readonly inputs: number;
  /** Offset in vectors of four words. */
  readonly start: number;
}

/** Inputs that share a scale. */
const BLOCK = 32;
/** Words per vector. */
const VECTOR = 4;

const groupsOf = ({ outputs }: Pick<PackedMatrix, "outputs">): number => Math.ceil(outputs / 4);

/** Size of the tiles of a matrix in vectors of four words, without its scales. */
function tileVectors({ precision, outputs, inputs }: Omit<PackedMatrix, "start">): number {
  const groups = groupsOf({ outputs });
  if (precision === "f16") return 2 * (inputs / 4) * groups;
  return (precision === "q8_0" ? inputs / 4 : Math.ceil(inputs / 8)) * groups;
}

/** Vectors of four words with the scales of one block of every output. */
const scaleRow = (matrix: Pick<PackedMatrix, "outputs">): number => Math.ceil(groupsOf(matrix) / 2);

/** Size of a matrix in vectors of four words. */
export function packedVectors(matrix: Omit<PackedMatrix, "start">): number {
  const scales = matrix.precision === "f16" ? 0 : Math.ceil(matrix.inputs / BLOCK) * scaleRow(matrix);
  return tileVectors(matrix) + scales;
}

/** Bytes of a matrix on the GPU. */
export function packedBytes(precision: PackedPrecision, outputs: number, inputs: number): number {
  return packedVectors({ precision, outputs, inputs }) * VECTOR * Uint32Array.BYTES_PER_ELEMENT;
}

/**
 * Packs the rows of a matrix from output `first` on into `words`, the whole buffer. Scales and rounding are those of llama.cpp,
 * so weights from a file in the same format are reproduced exactly. Throws a `PackingError` for a weight that the format
 * cannot hold.
 */
export function packRows(words: Uint32Array, matrix: PackedMatrix, rows: Float32Array, first: number): void {
  if (matrix.precision === "f16") packHalves(words, matrix, rows, first);
  else packBlocks(words, matrix, rows, first);
}

function packHalves(words: Uint32Array, matrix: PackedMatrix, rows: Float32Array, first: number): void {
  const { inputs, start } = matrix;
  const groups = groupsOf(matrix);
  const target = new Uint16Array(words.buffer, words.byteOffset + start * 16);
  const bytes = pack("F16", rows);
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, rows.length);
  for (let row = 0; row * inputs < halves.length; row++) {
    const output = first + row;
    for (let k = 0; k < inputs; k++) {
      const tile = (k >> 2) * groups + (output >> 2);
      target[tile * 16 + (output & 3) * 4 + (k & 3)] = halves[row * inputs + k] ?? 0;
    }
  }
}

function packBlocks(words: Uint32Array, matrix: PackedMatrix, rows: Float32Array, first: number): void {
  const { precision, inputs, start } = matrix;
  const blocks = Math.ceil(inputs / BLOCK);
  const packed =
    precision === "q8_0" ? pack("Q8_0", wholeBlocks(rows, inputs)) : packFourBits(wholeBlocks(rows, inputs));
  const size = precision === "q8_0" ? 34 : 18;
  const scaleStart = (start + tileVectors(matrix)) * 8; // in halves
  const scales = new Uint16Array(words.buffer, words.byteOffset);
  const put = precision === "q8_0" ? putBytes : putNibbles;
  const count = packed.length / (blocks * size);
  // Outputs innermost, because they are consecutive in the destination.
  for (let block = 0; block < blocks; block++) {
    const scale = scaleStart + block * scaleRow(matrix) * 8 + first;
    for (let row = 0; row < count; row++) {
      const at = (row * blocks + block) * size;
      scales[scale + row] = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8);
      put(words, matrix, { packed, at: at + 2 }, first + row, block * BLOCK);
    }
  }
}

/** Pads rows with zeros to whole blocks, which changes neither scales nor other weights. */
function wholeBlocks(rows: Float32Array, inputs: number): Float32Array {
  const whole = Math.ceil(inputs / BLOCK) * BLOCK;
  if (whole === inputs) return rows;
  const padded = new Float32Array((rows.length / inputs) * whole);
  for (let row = 0; row * inputs < rows.length; row++)
    padded.set(rows.subarray(row * inputs, (row + 1) * inputs), row * whole);
  return padded;
}

/** A block, given by its offset in the packed bytes. */
interface Block {
  readonly packed: Uint8Array;
  readonly at: number;
}

type Put = (words: Uint32Array, matrix: PackedMatrix, block: Block, output: number, from: number) => void;

const putBytes: Put = (words, matrix, { packed, at }, output, from) => {
  const target = new Uint8Array(words.buffer, words.byteOffset + matrix.start * 16);
  const groups = groupsOf(matrix);
  const count = Math.min(BLOCK, matrix.inputs - from);
  for (let j = 0; j < count; j++) {
    const tile = ((from + j) >> 2) * groups + (output >> 2);
    target[tile * 16 + (output & 3) * 4 + (j & 3)] = packed[at + j] ?? 0;
  }
};

const putNibbles: Put = (words, matrix, { packed, at }, output, from) => {
  const groups = groupsOf(matrix);
  const count = Math.min(BLOCK, 8 * Math.ceil((matrix.inputs - from) / 8));
  for (let j = 0; j < count; j += 8) {
    const shift = j < 16 ? 0 : 4; // the second half of a block is in the high nibbles
    let word = 0;
    for (let n = 0; n < 8; n++) word |= (((packed[at + ((j + n) & 15)] ?? 0) >> shift) & 15) << (4 * n);
    const tile = ((from + j) >> 3) * groups + (output >> 2);
    words[(matrix.start + tile) * VECTOR + (output & 3)] = word;
  }
};

/**
 * WGSL of the weights of four outputs, vector `group`, at vector `i` of their inputs: a mat4x4f `<name>Block` whose columns are
 * the outputs.
 */
export function packedBlock(
  matrix: PackedMatrix,
  buffer: string,
  name: string,
  i: string,
  group: string,
): string {
  const { precision, start } = matrix;
  const groups = groupsOf(matrix);
  if (precision === "f16")
    return `let ${name}At = ${start}u + 2u * ((${i}) * ${groups}u + ${group});
      let ${name}Low = ${buffer}[${name}At];
      let ${name}High = ${buffer}[${name}At + 1u];
      let ${name}Block = mat4x4f(${unroll(4, (k) => halves(`${name}${k < 2 ? "Low" : "High"}`, (k % 2) * 2), ", ")});`;
  const scales = `let ${name}Scales = ${buffer}[${start + tileVectors(matrix)}u + (${i}) / 8u * ${scaleRow(matrix)}u + (${group}) / 2u];
      let ${name}Pair = select(${name}Scales.xy, ${name}Scales.zw, (${group}) % 2u == 1u);
      let ${name}Scale = vec4f(unpack2x16float(${name}Pair.x), unpack2x16float(${name}Pair.y));`;
  const word = (k: number): string => `${name}Words[${k}]`;
  if (precision === "q8_0")
    return `${scales}
      let ${name}Words = ${buffer}[${start}u + (${i}) * ${groups}u + ${group}];
      let ${name}Block = mat4x4f(${unroll(4, (k) => `vec4f(bitcast<vec4i>(vec4u(${word(k)}) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u)) * ${name}Scale[${k}]`, ", ")});`;
  return `${scales}
      let ${name}Words = ${buffer}[${start}u + (${i}) / 2u * ${groups}u + ${group}];
      let ${name}Shifts = vec4u(0u, 4u, 8u, 12u) + (${i}) % 2u * 16u;
      let ${name}Block = mat4x4f(${unroll(4, (k) => `(vec4f((vec4u(${word(k)}) >> ${name}Shifts) & vec4u(15u)) - 8.0) * ${name}Scale[${k}]`, ", ")});`;
}

/** WGSL of four halves from the two words of a vector from `word` on. */
function halves(vector: string, word: number): string {
  return `vec4f(unpack2x16float(${vector}[${word}]), unpack2x16float(${vector}[${word + 1}]))`;
}

/** Weights of a product that sums over inputs. `first`, a multiple of 4, is the output of column 0. */
export function overInputs(matrix: PackedMatrix, buffer: string, first = 0): Weights {
  return {
    along: "inputs",
    neighbours: "outputs",
    declare: (column, name) => `let ${name} = ${column} + ${first / 4}u;`,
    block: (name, i) => packedBlock(matrix, buffer, name, i, name),
  };
}

/** Weights of a product that sums over outputs from `first` on, a multiple of 4. */
export function overOutputs(matrix: PackedMatrix, buffer: string, first = 0): Weights {
  return {
    along: "outputs",
    neighbours: "inputs",
    declare: (column, name) => `let ${name} = ${column};`,
    block: (name, i) => packedBlock(matrix, buffer, name, name, `(${i} + ${first / 4}u)`),
  };
}
