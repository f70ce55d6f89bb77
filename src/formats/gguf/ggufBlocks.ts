/**
 * GGUF's block quantisation: blocks of 32 weights with a float16 scale, or of 256 with scales per part ("K" types).
 * Layouts: ggml-common.h and ggml-quants.c of llama.cpp.
 */
import { halfToNumber, type FloatType } from "../numbers/floats.ts";

/** Dequantises the block that begins at byte `at` into `out`, beginning at `to`. */
type Unpack = (view: DataView, at: number, out: Float32Array, to: number) => void;

/** A tensor type; a plain float is a block of one weight. */
export type BlockType = {
  /** Weights per block. */
  readonly weights: number;
  /** Bytes per block. */
  readonly bytes: number;
} & (
  { readonly name: FloatType; readonly unpack: null } | { readonly name: string; readonly unpack: Unpack }
);

const half = (view: DataView, at: number): number => halfToNumber(view.getUint16(at, true));

/** Scale, 32 signed bytes. */
const q8_0: Unpack = (view, at, out, to) => {
  const scale = half(view, at);
  for (let i = 0; i < 32; i++) out[to + i] = scale * view.getInt8(at + 2 + i);
};

/** Layout of a block of 32: scale, minimum, fifth bits of all weights, 16 bytes of nibbles; `offset` is added to each level. */
interface NibbleBlock {
  readonly hasMinimum: boolean;
  readonly hasFifths: boolean;
  readonly offset: number;
}

/** The low nibbles are the first 16 weights, the high ones the others. */
function nibbles({ hasMinimum, hasFifths, offset }: NibbleBlock): Unpack {
  const fifthsAt = hasMinimum ? 4 : 2;
  const nibblesAt = fifthsAt + (hasFifths ? 4 : 0);
  return (view, at, out, to) => {
    const scale = half(view, at);
    const minimum = hasMinimum ? half(view, at + 2) : 0;
    const fifths = hasFifths ? view.getUint32(at + fifthsAt, true) : 0;
    for (let i = 0; i < 32; i++) {
      const nibble = (view.getUint8(at + nibblesAt + (i & 15)) >> (i < 16 ? 0 : 4)) & 15;
      const level = (nibble | (((fifths >>> i) & 1) << 4)) + offset;
      out[to + i] = hasMinimum ? Math.fround(scale * level) + minimum : scale * level;
    }
  };
}

/** The scale and the minimum of part `part` of 8: 6 bits each, in 12 bytes. */
function partOf(view: DataView, at: number, part: number): readonly [number, number] {
  const own = view.getUint8(at + part);
  if (part < 4) return [own & 63, view.getUint8(at + part + 4) & 63];
  const nibbles = view.getUint8(at + part + 4);
  const [first, second] = [view.getUint8(at + part - 4), own];
  return [(nibbles & 15) | ((first >> 6) << 4), (nibbles >> 4) | ((second >> 6) << 4)];
}

/** Scale of scales, scale of minima, 8 of each, 32 bytes of fifth bits, nibbles: 32 bytes hold two parts of 32 weights. */
function parts(hasFifths: boolean): Unpack {
  return (view, at, out, to) => {
    const [scale, minimum] = [half(view, at), half(view, at + 2)];
    for (let part = 0; part < 8; part++) {
      const [ownScale, ownMinimum] = partOf(view, at + 4, part);
      const [step, base] = [Math.fround(scale * ownScale), Math.fround(minimum * ownMinimum)];
      const [from, shift] = [at + (hasFifths ? 48 : 16) + (part >> 1) * 32, (part & 1) * 4];
      for (let i = 0; i < 32; i++) {
        const fifth = hasFifths ? (view.getUint8(at + 16 + i) >> part) & 1 : 0; // bit `part` of byte `i`
        const level = ((view.getUint8(from + i) >> shift) & 15) | (fifth << 4);
        out[to + part * 32 + i] = Math.fround(step * level) - base;
      }
    }
  };
}

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
  [
    2,
    {
      name: "Q4_0",
      weights: 32,
      bytes: 18,
      unpack: nibbles({ hasMinimum: false, hasFifths: false, offset: -8 }),
    },
  ],
  [
    3,
    {
      name: "Q4_1",
      weights: 32,
      bytes: 20,
      unpack: nibbles({ hasMinimum: true, hasFifths: false, offset: 0 }),
    },
  ],
  [
    6,
    {
      name: "Q5_0",
      weights: 32,
      bytes: 22,
      unpack: nibbles({ hasMinimum: false, hasFifths: true, offset: -16 }),
    },
  ],
  [
    7,
    {
      name: "Q5_1",
      weights: 32,
      bytes: 24,
      unpack: nibbles({ hasMinimum: true, hasFifths: true, offset: 0 }),
    },
  ],
  [8, { name: "Q8_0", weights: 32, bytes: 34, unpack: q8_0 }],
  [12, { name: "Q4_K", weights: 256, bytes: 144, unpack: parts(false) }],
  [13, { name: "Q5_K", weights: 256, bytes: 176, unpack: parts(true) }],
  [14, { name: "Q6_K", weights: 256, bytes: 210, unpack: q6_k }],
]);

/** Names of unsupported types, for error messages. */
export const OTHER_TYPES: Readonly<Record<number, string>> = {
  ...{ 10: "Q2_K", 11: "Q3_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S" },
  ...{ 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64" },
  ...{ 28: "F64", 29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4" },
};
