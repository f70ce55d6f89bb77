/**
 * How a GGUF file packs weights: in blocks of 32 numbers that share a float16 scale, or of 256 with scales of their own
 * for parts of them ("K"). Layouts: ggml-common.h and ggml-quants.c of llama.cpp.
 */
import { halfToNumber, type FloatType } from "../numbers/floats.ts";

/** Unpacks the block that begins at byte `at` into `out`, beginning at `to`. */
type Unpack = (bytes: Uint8Array, at: number, out: Float32Array, to: number) => void;

/** A way to pack weights; a plain float is a block of one. */
export type BlockType = Plain | Packed;

interface Plain extends Sizes {
  readonly name: FloatType;
  readonly unpack: null;
}

interface Packed extends Sizes {
  readonly name: string;
  readonly unpack: Unpack;
}

interface Sizes {
  /** Weights in a block. */
  readonly weights: number;
  /** Bytes of a block. */
  readonly bytes: number;
}

const uint16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
const half = (bytes: Uint8Array, at: number): number => halfToNumber(uint16(bytes, at));
const int8 = (byte: number): number => (byte << 24) >> 24;

/** Scale, 32 signed bytes. */
const q8_0: Unpack = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  for (let i = 0; i < 32; i++) out[to + i] = scale * int8(bytes[at + 2 + i] ?? 0);
};

/** Scale, 16 bytes: the low nibbles are the first 16 weights, the high ones the others, each plus 8. */
const q4_0: Unpack = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 2 + i] ?? 0;
    out[to + i] = scale * ((pair & 15) - 8);
    out[to + 16 + i] = scale * ((pair >> 4) - 8);
  }
};

/** Scale, minimum, nibbles as in Q4_0. */
const q4_1: Unpack = (bytes, at, out, to) => {
  const [scale, minimum] = [half(bytes, at), half(bytes, at + 2)];
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 4 + i] ?? 0;
    out[to + i] = Math.fround(scale * (pair & 15)) + minimum;
    out[to + 16 + i] = Math.fround(scale * (pair >> 4)) + minimum;
  }
};

/** Scale, the fifth bits of all 32 weights, nibbles as in Q4_0; each plus 16. */
const q5_0: Unpack = (bytes, at, out, to) => {
  const scale = half(bytes, at);
  const fifths = uint16(bytes, at + 2) | (uint16(bytes, at + 4) << 16);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 6 + i] ?? 0;
    out[to + i] = scale * (((pair & 15) | (((fifths >>> i) & 1) << 4)) - 16);
    out[to + 16 + i] = scale * (((pair >> 4) | (((fifths >>> (i + 16)) & 1) << 4)) - 16);
  }
};

/** Scale, minimum, then as Q5_0. */
const q5_1: Unpack = (bytes, at, out, to) => {
  const [scale, minimum] = [half(bytes, at), half(bytes, at + 2)];
  const fifths = uint16(bytes, at + 4) | (uint16(bytes, at + 6) << 16);
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 8 + i] ?? 0;
    out[to + i] = Math.fround(scale * ((pair & 15) | (((fifths >>> i) & 1) << 4))) + minimum;
    out[to + 16 + i] = Math.fround(scale * ((pair >> 4) | (((fifths >>> (i + 16)) & 1) << 4))) + minimum;
  }
};

/** The scale and the minimum of part `part` of 8: 6 bits each, in 12 bytes. */
function partOf(bytes: Uint8Array, at: number, part: number): readonly [number, number] {
  const own = bytes[at + part] ?? 0;
  if (part < 4) return [own & 63, (bytes[at + part + 4] ?? 0) & 63];
  const nibbles = bytes[at + part + 4] ?? 0;
  const [first, second] = [bytes[at + part - 4] ?? 0, own];
  return [(nibbles & 15) | ((first >> 6) << 4), (nibbles >> 4) | ((second >> 6) << 4)];
}

/** Scale of scales, scale of minima, 8 of each, nibbles: 32 bytes hold two parts of 32 weights. */
const q4_k: Unpack = (bytes, at, out, to) => {
  const [scale, minimum] = [half(bytes, at), half(bytes, at + 2)];
  for (let part = 0; part < 8; part++) {
    const [ownScale, ownMinimum] = partOf(bytes, at + 4, part);
    const [step, base] = [Math.fround(scale * ownScale), Math.fround(minimum * ownMinimum)];
    const [from, shift] = [at + 16 + (part >> 1) * 32, (part & 1) * 4];
    for (let i = 0; i < 32; i++) {
      out[to + part * 32 + i] = Math.fround(step * (((bytes[from + i] ?? 0) >> shift) & 15)) - base;
    }
  }
};

/** As Q4_K, with 32 bytes in between whose bit `part` is the fifth. */
const q5_k: Unpack = (bytes, at, out, to) => {
  const [scale, minimum] = [half(bytes, at), half(bytes, at + 2)];
  for (let part = 0; part < 8; part++) {
    const [ownScale, ownMinimum] = partOf(bytes, at + 4, part);
    const [step, base] = [Math.fround(scale * ownScale), Math.fround(minimum * ownMinimum)];
    const [from, shift] = [at + 48 + (part >> 1) * 32, (part & 1) * 4];
    for (let i = 0; i < 32; i++) {
      const fifth = ((bytes[at + 16 + i] ?? 0) >> part) & 1;
      const level = (((bytes[from + i] ?? 0) >> shift) & 15) | (fifth << 4);
      out[to + part * 32 + i] = Math.fround(step * level) - base;
    }
  }
};

/** 128 bytes of low nibbles, 64 of upper pairs of bits, 16 signed scales for 16 weights each, their scale. */
const q6_k: Unpack = (bytes, at, out, to) => {
  const scale = half(bytes, at + 208);
  for (let i = 0; i < 256; i++) {
    const [side, within] = [i >> 7, i & 127]; // each side of 128 weights in four runs of 32
    const [run, place] = [within >> 5, within & 31];
    const low = ((bytes[at + side * 64 + (run & 1) * 32 + place] ?? 0) >> ((run >> 1) * 4)) & 15;
    const high = ((bytes[at + 128 + side * 32 + place] ?? 0) >> (run * 2)) & 3;
    const step = Math.fround(scale * int8(bytes[at + 192 + (i >> 4)] ?? 0));
    out[to + i] = step * ((low | (high << 4)) - 32);
  }
};

/** Packings by their number in the file. */
export const BLOCK_TYPES: ReadonlyMap<number, BlockType> = new Map<number, BlockType>([
  [0, { name: "F32", weights: 1, bytes: 4, unpack: null }],
  [1, { name: "F16", weights: 1, bytes: 2, unpack: null }],
  [30, { name: "BF16", weights: 1, bytes: 2, unpack: null }],
  [2, { name: "Q4_0", weights: 32, bytes: 18, unpack: q4_0 }],
  [3, { name: "Q4_1", weights: 32, bytes: 20, unpack: q4_1 }],
  [6, { name: "Q5_0", weights: 32, bytes: 22, unpack: q5_0 }],
  [7, { name: "Q5_1", weights: 32, bytes: 24, unpack: q5_1 }],
  [8, { name: "Q8_0", weights: 32, bytes: 34, unpack: q8_0 }],
  [12, { name: "Q4_K", weights: 256, bytes: 144, unpack: q4_k }],
  [13, { name: "Q5_K", weights: 256, bytes: 176, unpack: q5_k }],
  [14, { name: "Q6_K", weights: 256, bytes: 210, unpack: q6_k }],
]);

/** Names of packings that are known but not read, so that a refusal can say what the file holds. */
export const OTHER_TYPES: ReadonlyMap<number, string> = new Map([
  [10, "Q2_K"],
  [11, "Q3_K"],
  [15, "Q8_K"],
  [16, "IQ2_XXS"],
  [17, "IQ2_XS"],
  [18, "IQ3_XXS"],
  [19, "IQ1_S"],
  [20, "IQ4_NL"],
  [21, "IQ3_S"],
  [22, "IQ2_S"],
  [23, "IQ4_XS"],
  [24, "I8"],
  [25, "I16"],
  [26, "I32"],
  [27, "I64"],
  [28, "F64"],
  [29, "IQ1_M"],
  [34, "TQ1_0"],
  [35, "TQ2_0"],
  [39, "MXFP4"],
]);
