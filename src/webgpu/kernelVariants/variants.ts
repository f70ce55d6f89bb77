/** Ways to compute the same: which of them a kernel uses. Sizes are lines by vectors of four columns. */
import type { Teams } from "./teams.ts";

/** A product by one invocation alone: right and reasonable everywhere. */
export interface Registers {
  readonly kind: "registers";
  /** Lines and vectors an invocation computes. */
  readonly lines: number;
  readonly vectors: number;
}

/** A product whose sum is cut into slices, added up at the end: where lines and columns are too few to fill a GPU. */
export interface Split extends Omit<Registers, "kind"> {
  readonly kind: "split";
  /** Invocations of a workgroup that share a sum; with `subgroups` all of them do. */
  readonly slices: number;
  /** Slices are first added within subgroups. */
  readonly subgroups: boolean;
}

/** A product whose factors a workgroup brings into its shared memory, a piece at a time: where both are large. */
export interface Tile extends Omit<Registers, "kind"> {
  readonly kind: "tile";
  /** Lines and vectors a workgroup computes. */
  readonly tileLines: number;
  readonly tileVectors: number;
  /** Vectors along the sum that are shared at a time. */
  readonly depth: number;
}

/** How a product of lines and a matrix is computed. */
export type ProductVariant = Registers | Split | Tile;

const registers = (lines: number, vectors: number): Registers => ({ kind: "registers", lines, vectors });

/** What software adapters run for the few lines of a token, and what every other variant is compared with. */
export const PLAIN_PRODUCT: ProductVariant = registers(4, 1);
/** The same for a micro-batch, whose many lines keep a device busy with larger tiles too. */
export const PLAIN_TRAINING_PRODUCT: ProductVariant = registers(8, 1);

const split = (lines: number, vectors: number, slices: number, subgroups = false): Split => ({
  kind: "split",
  lines,
  vectors,
  slices,
  subgroups,
});
/** Depth 16: more would not fit the 16 KiB that every device shares in a workgroup. */
const tile = (tileLines: number, tileVectors: number, lines: number, vectors: number): Tile => ({
  kind: "tile",
  tileLines,
  tileVectors,
  lines,
  vectors,
  depth: 4,
});

/** Variants worth measuring. Those a device cannot run are found out by trying. */
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

/** Kernels of a decoder's token that are products. */
export const DECODE_PRODUCTS = ["projectQkv", "addAttention", "gatedHidden", "addMlp", "head"] as const;

/** Kernels of a training step that are products, or gradients of matrices. */
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

/** Those that are gradients of matrices, whose rows come in vectors. */
export const GRADIENTS: ReadonlySet<string> = new Set<(typeof TRAIN_PRODUCTS)[number]>([
  "downGradient",
  "gateUpGradient",
  "outputGradient",
  "qkvGradient",
]);

/** The variant of each product of a token. */
export type DecodeVariants = Readonly<Record<(typeof DECODE_PRODUCTS)[number], ProductVariant>>;
/** The variant of each product of a training step. */
export type TrainVariants = Readonly<Record<(typeof TRAIN_PRODUCTS)[number], ProductVariant>>;

/** What a device runs of each kernel that has a choice. */
export interface Variants {
  readonly decode: DecodeVariants;
  readonly train: TrainVariants;
  /** Null where they were not measured: then the usual ones for the model. */
  readonly teams: Teams | null;
}

const ofAll = <Name extends string>(names: readonly Name[], variant: ProductVariant) =>
  Object.fromEntries(names.map((name) => [name, variant])) as Record<Name, ProductVariant>; // one for each name

/** Right everywhere, and what runs where nothing was measured. */
export const PLAIN_VARIANTS: Variants = {
  decode: ofAll(DECODE_PRODUCTS, PLAIN_PRODUCT),
  train: ofAll(TRAIN_PRODUCTS, PLAIN_TRAINING_PRODUCT),
  teams: null,
};

/** What a variant is called in reports and in what is remembered. */
export function nameOf(variant: ProductVariant): string {
  const { kind, lines, vectors } = variant;
  const size = `${lines}x${4 * vectors}`;
  if (kind === "registers") return `${kind} ${size}`;
  if (kind === "split") return `${kind} ${size} by ${variant.subgroups ? "subgroups" : variant.slices}`;
  return `${kind} ${variant.tileLines}x${4 * variant.tileVectors} of ${size}, depth ${4 * variant.depth}`;
}
