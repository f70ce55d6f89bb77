/** For tests: product variants in sizes that software adapters compile and run quickly. */
import {
  DECODE_PRODUCTS,
  GRADIENTS,
  PLAIN_PRODUCT,
  TRAIN_PRODUCTS,
  type DecodeVariants,
  type ProductVariant,
  type TrainVariants,
  type Variants,
} from "../kernelVariants/variants.ts";

/** One of each kind; `MORE_PRODUCTS` are its options, which do not depend on the kernel. */
export const SMALL_PRODUCTS: readonly ProductVariant[] = [
  PLAIN_PRODUCT,
  { kind: "split", lines: 4, vectors: 1, slices: 8, subgroups: false },
  { kind: "tile", tileLines: 8, tileVectors: 4, lines: 4, vectors: 2, depth: 2 },
];

export const MORE_PRODUCTS: readonly ProductVariant[] = [
  { kind: "registers", lines: 8, vectors: 2 },
  { kind: "split", lines: 4, vectors: 2, slices: 16, subgroups: false },
  { kind: "split", lines: 2, vectors: 1, slices: 64, subgroups: true },
  { kind: "tile", tileLines: 32, tileVectors: 8, lines: 4, vectors: 1, depth: 4 },
];

const ofEach = (names: readonly string[]): unknown =>
  Object.fromEntries(
    names.map((name) => [name, { kind: "registers", lines: GRADIENTS.has(name) ? 4 : 1, vectors: 1 }]),
  );

/**
 * The registers variant with the fewest lines, whose kernels are the shortest: software adapters spend most of a test
 * compiling, and these take a quarter of the time.
 */
export const SMALL_VARIANTS: Variants = {
  decode: ofEach(DECODE_PRODUCTS) as DecodeVariants, // one for each name
  train: ofEach(TRAIN_PRODUCTS) as TrainVariants, // likewise
  teams: null,
};
