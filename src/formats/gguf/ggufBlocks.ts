/**
 * GGUF's block quantisation: blocks of 32 weights with a float16 scale, or of 256 with scales per part ("K" types).
 * Layouts: ggml-common.h and ggml-quants.c of llama.cpp.
 */
import { halfToNumber, type FloatType } from "../numbers/floats.ts";

/** Dequantises the block that begins at byte `at` into `out`, beginning at `to`. */
type Unpack = (view: DataView, at: number, out: Float32Array, to: number) => void;

/** A tensor type; a plain float is a block of one weight. */
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
  /** Weights per block. */
  readonly weights: number;
  /** Bytes per block. */
  readonly bytes: number;
}

const half = (view: DataView, at: number): number => halfToNumber(view.getUint16(at, true));

/** Scale, 32 signed bytes. */
const q8_0: Unpack = (view, at, out, to) => {
  const scale = half(view, at);
  for (let i = 0; i < 32; i++) out[to + i] = scale * view.getInt8(at + 2 + i);
};

/** Scale, 16 bytes: the low nibbles are the first 16 weights, the high ones the others, each plus 8. */
const q4_0: Unpack = (view, at, out, to) => {
  const scale = half(view, at);
  for (let i = 0; i < 16; i++) {
    const pair = view.getUint8(at + 2 + i);
    out[to + i] = scale * ((pair & 15) - 8);
    out[to + 16 + i] = scale * ((pair >> 4) - 8);
  }
};

/** Scale, minimum, nibbles as in Q4_0. */
const q4_1: Unpack = (view, at, out, to) => {
  const [scale, minimum] = [half(view, at), half(view, at + 2)];
  for (let i = 0; i < 16; i++) {
    const pair = view.getUint8(at + 4 + i);
    out[to + i] = Math.fround(scale * (pair & 15)) + minimum;
    out[to + 16 + i] = Math.fround(scale * (pair >> 4)) + minimum;
  }
};

/** Scale, the fifth bits of all 32 weights, nibbles as in Q4_0; each plus 16. */
const q5_0: Unpack = (view, at, out, to) => {
  const scale = half(view, at);
  const fifths = view.getUint16(at + 2, true) | (view.getUint16(at + 4, true) << 16);
  for (let i = 0; i < 16; i++) {
    const pair = view.getUint8(at + 6 + i);
    out[to + i] = scale * (((pair & 15) | (((fifths >>> i) & 1) << 4)) - 16);
    out[to + 16 + i] = scale * (((pair >> 4) | (((fifths >>> (i + 16)) & 1) << 4)) - 16);
  }
};

/** Scale, minimum, then as Q5_0. */
const q5_1: Unpack = (view, at, out, to) => {
  const [scale, minimum] = [half(view, at), half(view, at + 2)];
  const fifths = view.getUint16(at + 4, true) | (view.getUint16(at + 6, true) << 16);
  for (let i = 0; i < 16; i++) {
    const pair = view.getUint8(at + 8 + i);
    out[to + i] = Math.fround(scale * ((pair & 15) | (((fifths >>> i) & 1) << 4))) + minimum;
    out[to + 16 + i] = Math.fround(scale * ((pair >> 4) | (((fifths >>> (i + 16)) & 1) << 4))) + minimum;
  }
};

/** The scale and the minimum of part `part` of 8: 6 bits each, in 12 bytes. */
function partOf(view: DataView, at: number, part: number): readonly [number, number] {
  const own = view.getUint8(at + part);
  if (part < 4) return [own & 63, view.getUint8(at + part + 4) & 63];
  const nibbles = view.getUint8(at + part + 4);
  const [first, second] = [view.getUint8(at + part - 4), own];
  return [(nibbles & 15) | ((first >> 6) << 4), (nibbles >> 4) | ((second >> 6) << 4)];
}

/** Scale of scales, scale of minima, 8 of each, nibbles: 32 bytes hold two parts of 32 weights. */
const q4_k: Unpack = (view, at, out, to) => {
  const [scale, minimum] = [half(view, at), half(view, at + 2)];
  for (let part = 0; part < 8; part++) {
    const [ownScale, ownMinimum] = partOf(view, at + 4, part);
    const [step, base] = [Math.fround(scale * ownScale), Math.fround(minimum * ownMinimum)];
    const [from, shift] = [at + 16 + (part >> 1) * 32, (part & 1) * 4];
    for (let i = 0; i < 32; i++) {
      out[to + part * 32 + i] = Math.fround(step * ((view.getUint8(from + i) >> shift) & 15)) - base;
    }
  }
};

/** As Q4_K, with 32 bytes in between whose bit `part` is the fifth. */
const q5_k: Unpack = (view, at, out, to) => {
  const [scale, minimum] = [half(view, at), half(view, at + 2)];
  for (let part = 0; part < 8; part++) {
    const [ownScale, ownMinimum] = partOf(view, at + 4, part);
    const [step, base] = [Math.fround(scale * ownScale), Math.fround(minimum * ownMinimum)];
    const [from, shift] = [at + 48 + (part >> 1) * 32, (part & 1) * 4];
    for (let i = 0; i < 32; i++) {
      const fifth = (view.getUint8(at + 16 + i) >> part) & 1;
      const level = ((view.getUint8(from + i) >> shift) & 15) | (fifth << 4);
      out[to + part * 32 + i] = Math.fround(step * level) - base;
    }
  }
};

/** 128 bytes of low nibbles, 64 of upper pairs of bits, 16 signed scales for 16 weights each, their scale. */
const q6_k: Unpack = (view, at, out, to) => {
  const scale = half(view, at + 208);
  for (let i = 0; i < 256; i++) {
    const [side, within] = [i >> 7, i & 127]; // each side of 128 weights in four runs of 32
    const [run, place] = [within >> 5, within & 31];
    const low = (view.getUint8(at + side * 64 + (run & 1) * 32 + place) >> ((run >> 1) * 4)) & 15;
    const high = (view.getUint8(at + 128 + side * 32 + place) >> (run * 2)) & 3;
    const step = Math.fround(scale * view.getInt8(at + 192 + (i >> 4)));
    out[to + i] = step * ((low | (high << 4)) - 32);
  }
};

/** Supported types by type number. */
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

/** Names of unsupported types, for error messages. */
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
