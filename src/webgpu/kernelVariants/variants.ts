/** Kernel variants: different ways to compute the same result. Tile sizes are lines by vectors of four columns. */
import type { DecoderShape } from "../../decoder/decoderShape.ts";

/** A tile of a product in the registers of one invocation; runs on every device. */
export interface Registers {
  readonly kind: "registers";
  /** Tile of an invocation: lines, and vectors of four columns. */
  readonly lines: number;
  readonly vectors: number;
}

/** A product whose sum is split into slices that are added at the end (split-K), for matrices too small to fill a GPU. */
export interface Split extends Omit<Registers, "kind"> {
  readonly kind: "split";
  /** Invocations of a workgroup that share a sum; with `subgroups`, all of them. */
  readonly slices: number;
  /** Adds slices within subgroups first. */
  readonly subgroups: boolean;
}

/** A product whose factors a workgroup copies into shared memory piece by piece, for large matrices. */
export interface Tile extends Omit<Registers, "kind"> {
  readonly kind: "tile";
  /** Tile of a workgroup: lines, and vectors of four columns. */
  readonly tileLines: number;
  readonly tileVectors: number;
  /** Vectors along the sum that are in shared memory at a time. */
  readonly depth: number;
}

/** Variant of a product of lines and a matrix. */
export type ProductVariant = Registers | Split | Tile;

const registers = (lines: number, vectors: number): Registers => ({ kind: "registers", lines, vectors });

/** Default for decoding, and the reference that other variants are compared with. */
export const PLAIN_PRODUCT: ProductVariant = registers(4, 1);
/** Default for training: a micro-batch has enough lines to fill a device with larger tiles. */
const PLAIN_TRAINING_PRODUCT: ProductVariant = registers(8, 1);

const split = (lines: number, vectors: number, slices: number, subgroups = false): Split => ({
  kind: "split",
  lines,
  vectors,
  slices,
  subgroups,
});
/** Depth 16: more would exceed the 16 KiB of workgroup memory that every device has. */
const tile = (tileLines: number, tileVectors: number, lines: number, vectors: number): Tile => ({
  kind: "tile",
  tileLines,
  tileVectors,
  lines,
  vectors,
  depth: 4,
});

/** Variants to measure. Those that a device cannot run are found by trying. */
export const PRODUCT_VARIANTS: readonly ProductVariant[] = [
  PLAIN_PRODUCT,
  PLAIN_TRAINING_PRODUCT,
  registers(4, 2),
  registers(1, 1),
  split(4, 1, 8),
  split(4, 1, 16),
  split(1, 1, 16),
  split(4, 1, 64, true),
  tile(32, 8, 4, 1),
  tile(64, 8, 8, 1),
  tile(64, 16, 8, 2),
  tile(64, 16, 4, 1),
  tile(128, 16, 8, 2),
];

/** Decoding kernels that are products. */
export const DECODE_PRODUCTS = ["projectQkv", "addAttention", "gatedHidden", "addMlp", "head"] as const;

/** Training kernels that are products or matrix gradients. */
export const TRAIN_PRODUCTS = [
  "projectQkv",
  "addAttention",
  "gatedHidden",
  "addMlp",
  "gatedBackward",
  "mlpInput",
  "contextGradient",
  "qkvInput",
  "downGradient",
  "gateUpGradient",
  "outputGradient",
  "qkvGradient",
] as const;

/** Training kernels that are matrix gradients, whose rows are computed in vectors of four. */
export const GRADIENTS: ReadonlySet<string> = new Set<(typeof TRAIN_PRODUCTS)[number]>([
  "downGradient",
  "gateUpGradient",
  "outputGradient",
  "qkvGradient",
]);

/** Variant of each decoding product. */
export type DecodeVariants = Readonly<Record<(typeof DECODE_PRODUCTS)[number], ProductVariant>>;
/** Variant of each training product. */
export type TrainVariants = Readonly<Record<(typeof TRAIN_PRODUCTS)[number], ProductVariant>>;

/** Variants that a device runs. */
export interface Variants {
  readonly decode: DecodeVariants;
  readonly train: TrainVariants;
  /** Null if not measured: `usualTeams` of the model. */
  readonly teams: Teams | null;
}

const ofAll = <Name extends string>(names: readonly Name[], variant: ProductVariant) =>
  Object.fromEntries(names.map((name) => [name, variant])) as Record<Name, ProductVariant>; // one for each name

/** Defaults, which run on every device. */
export const PLAIN_VARIANTS: Variants = {
  decode: ofAll(DECODE_PRODUCTS, PLAIN_PRODUCT),
  train: ofAll(TRAIN_PRODUCTS, PLAIN_TRAINING_PRODUCT),
  teams: null,
};

/** Name of a variant in reports and in remembered tuning results. */
export function nameOf(variant: ProductVariant): string {
  const { kind, lines, vectors } = variant;
  const size = `${lines}x${4 * vectors}`;
  if (kind === "registers") return `${kind} ${size}`;
  if (kind === "split") return `${kind} ${size} by ${variant.subgroups ? "subgroups" : variant.slices}`;
  return `${kind} ${variant.tileLines}x${4 * variant.tileVectors} of ${size}, depth ${4 * variant.depth}`;
}

/**
 * Invocations that share the sampling of a row: 1 needs no synchronization, more pay off for large vocabularies. All sizes
 * draw the same tokens, except where a random number lies within rounding of the boundary between two tokens.
 */
export const SAMPLE_TEAMS = [1, 64, 256] as const;
export type SampleTeam = (typeof SAMPLE_TEAMS)[number];

export interface Teams {
  /** Invocations that draw the token of a row. */
  readonly sample: SampleTeam;
  /** Invocations that compute attention for a line and head: 1 or one of `attendTeams`. */
  readonly attend: number;
}

/** Vocabulary size up to which one invocation scans the logits in the time that a team takes to synchronize. */
const SHORT = 512;

/** Default team sizes: rows and heads of a batch fill any adapter, and only a large vocabulary is shared. */
export function usualTeams({ vocabulary }: Pick<DecoderShape, "vocabulary">): Teams {
  const sample = SAMPLE_TEAMS.find((team) => vocabulary <= team * SHORT) ?? 256;
  return { sample, attend: 1 };
}
