/** Layout of a frozen layer: one buffer per group of parts that kernels read together, with packed matrices. */
import { at } from "../../math/at.ts";
import type { DecoderShape } from "../../decoder/decoderShape.ts";
import { storedHeadDim } from "../layout/headPadding.ts";
import { headFunction, type LayerWeights } from "./layerWeights.ts";
import { DOWN, GATE_UP, OUTPUT, QKV } from "./lowRank.ts";
import {
  overInputs,
  overOutputs,
  packedVectors,
  type PackedMatrix,
  type PackedPrecision,
} from "./packedMatrix.ts";

/** Matrices that share an input, concatenated along their outputs. */
const MATRICES = [QKV, [OUTPUT], GATE_UP, [DOWN]] as const;
const [ATTENTION, MLP] = [0, 2];

/** Parts of a layer in one buffer. */
export interface PackedGroup {
  readonly matrix: PackedMatrix;
  /** First output of each part in the concatenated matrix. */
  readonly outputs: ReadonlyMap<string, number>;
  /** Offsets of norms and biases, in float32, in vectors of four. */
  readonly vectors: ReadonlyMap<string, number>;
  /** Total size in vectors of four words. */
  readonly size: number;
}

/** Returns the groups of a layer whose parts have these stored shapes. */
export function groupLayer(
  shapes: ReadonlyMap<string, readonly number[]>,
  precision: PackedPrecision,
): readonly PackedGroup[] {
  const vectors = [...shapes].filter(([, { length }]) => length === 1);
  const isOfMlp = (part: string): boolean => part.startsWith("post_attention_layernorm");
  return MATRICES.map((parts, i) => {
    const own = vectors.filter(
      ([part]) => (i === ATTENTION && !isOfMlp(part)) || (i === MLP && isOfMlp(part)),
    );
    return group(parts, own, shapes, precision);
  });
}

function group(
  parts: readonly string[],
  vectors: readonly (readonly [string, readonly number[]])[],
  shapes: ReadonlyMap<string, readonly number[]>,
  precision: PackedPrecision,
): PackedGroup {
  const outputs = new Map<string, number>();
  let all = 0;
  for (const part of parts) {
    outputs.set(part, all);
    all += shapes.get(part)?.[0] ?? 0;
  }
  const matrix = { precision, outputs: all, inputs: shapes.get(at(parts, 0))?.[1] ?? 0, start: 0 };
  const offsets = new Map<string, number>();
  let size = packedVectors(matrix);
  for (const [part, [length = 0]] of vectors) {
    offsets.set(part, size);
    size += Math.ceil(length / 4);
  }
  return { matrix, outputs, vectors: offsets, size };
}

/** Index of the group that holds a part. */
export function groupOf(groups: readonly PackedGroup[], part: string): number {
  const found = groups.findIndex(({ outputs, vectors }) => outputs.has(part) || vectors.has(part));
  if (found < 0) throw new Error(`no parameter ${part} in the layers`);
  return found;
}

/** Access of kernels to such layers. */
export function packedLayer(
  groups: readonly PackedGroup[],
  shapes: ReadonlyMap<string, readonly number[]>,
): LayerWeights {
  const placed = (part: string) => {
    const { matrix, outputs, vectors } = at(groups, groupOf(groups, part));
    return { matrix, first: outputs.get(part) ?? 0, vector: vectors.get(part) ?? 0 };
  };
  return {
    type: "array<vec4u>",
    sizeOf: (part) => {
      const [outputs = 0, inputs = 0] = shapes.get(part) ?? [];
      return { outputs, inputs };
    },
    forward: (part) => overInputs(placed(part).matrix, "layer", placed(part).first),
    backward: (part) => overOutputs(placed(part).matrix, "layer", placed(part).first),
    offset: (part) => placed(part).vector,
    vector: (at) => `bitcast<vec4f>(layer[${at}])`,
    heads: (shape) => headsOf(shape, placed("self_attn.q_proj.weight").matrix, (part) => placed(part).vector),
  };
}

function headsOf(
  shape: DecoderShape,
  matrix: PackedMatrix,
  offset: (part: string) => number,
): ReturnType<LayerWeights["heads"]> {
  const vectors = storedHeadDim(shape) / 4;
  const pairs = vectors / 2;
  const weights = overInputs(matrix, "layer");
  return {
    declarations: `
/** Start of the bias in the layer, first column of the head. */
struct Place { bias: u32, column: u32 }
${headFunction(shape, "placeOf", "Place", (part, _, column) => `Place(${shape.qkvBias ? offset(`${part}.bias`) : 0}u, ${column})`)}`,
    half: (first) => ({
      ...weights,
      declare: (column, name) =>
        weights.declare(`${column} / ${pairs}u * ${vectors}u + ${column} % ${pairs}u + ${first}u`, name),
    }),
  };
}
