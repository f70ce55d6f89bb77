/**
 * Layout of all parameters in one flat buffer. Each layer is a contiguous block with the same offsets: a kernel binds the
 * block of a layer and finds its matrices at constant offsets, so one pipeline serves all layers.
 */
import { storedShape, type Runs } from "./headPadding.ts";

/** Alignment of bound ranges in floats: the 256 bytes that WebGPU requires. */
const ALIGNMENT = 64;

/** Layers' parameters are named "model.layers.<layer>.<part>". */
const LAYER_NAME = /^model\.layers\.(\d+)\.(.+)$/;

/** Placement of a parameter; offset and size in floats. */
export interface PlacedParameter {
  /** [out, in] as stored, with padding. */
  readonly shape: readonly number[];
  /** [out, in] in Hugging Face's layout, without padding. */
  readonly hostShape: readonly number[];
  /** Padding of heads and ranks. */
  readonly runs: readonly Runs[];
  readonly offset: number;
  readonly size: number;
  /** Stored as [in, out] instead of [out, in], so that consecutive invocations read consecutive columns. */
  readonly transposed: boolean;
}

/** Placement of the parameters of a layer, with offsets from the start of its block. */
export type LayerLayout = ReadonlyMap<string, PlacedParameter>;

/** The block of parameters of each layer. */
export interface LayerBlock {
  readonly layer: LayerLayout;
  /** Floats of a block; layer l starts at l * layerSize. */
  readonly layerSize: number;
}

/** Placement of all parameters. */
export interface ParameterLayout extends LayerBlock {
  /** Total floats. */
  readonly size: number;
  /** By Hugging Face name. */
  readonly parameters: ReadonlyMap<string, PlacedParameter>;
}

/**
 * Lays out the parameters, given by Hugging Face name and shape, of a decoder with this head dimension. Throws if layers
 * differ.
 */
export function layOutParameters(
  shapes: ReadonlyMap<string, readonly number[]>,
  headDim: number,
): ParameterLayout {
  const named = [...shapes].map(([name, shape]) => ({ name, shape, match: LAYER_NAME.exec(name) }));
  const layers = 1 + named.reduce((last, { match }) => Math.max(last, Number(match?.[1] ?? -1)), -1);
  const layer = new Map<string, PlacedParameter>();
  let layerSize = 0;
  for (const { name, shape, match } of named) {
    if (match?.[1] !== "0") continue;
    const placed = place(name, shape, headDim, layerSize, shape.length === 2);
    layer.set(match[2] ?? "", placed);
    layerSize = align(layerSize + placed.size);
  }
  const parameters = new Map<string, PlacedParameter>();
  let size = layers * layerSize;
  for (const { name, shape, match } of named) {
    if (match === null) {
      parameters.set(name, place(name, shape, headDim, size, false));
      size = align(size + sizeOf(shape));
      continue;
    }
    const part = layer.get(match[2] ?? "");
    if (part?.hostShape.join() !== shape.join())
      throw new Error(`${name} differs from the same parameter of layer 0`);
    parameters.set(name, { ...part, offset: Number(match[1]) * layerSize + part.offset });
  }
  return { size, parameters, layer, layerSize };
}

function place(
  name: string,
  hostShape: readonly number[],
  headDim: number,
  offset: number,
  transposed: boolean,
): PlacedParameter {
  const { shape, runs } = storedShape(name, hostShape, headDim);
  return { shape, hostShape, runs, offset, size: sizeOf(shape), transposed };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function align(floats: number): number {
  return Math.ceil(floats / ALIGNMENT) * ALIGNMENT;
}

/** Offset of a part in the block of a layer, in vectors of four. Throws if there is no such part. */
export function vectorOffset(layer: LayerLayout, part: string): number {
  const placed = layer.get(part);
  if (placed === undefined) throw new Error(`no parameter ${part} in the layers`);
  return placed.offset / 4;
}

/** The transpose of a matrix [rows, columns]. */
export function transpose(
  data: Float32Array<ArrayBuffer>,
  rows: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const turned = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = data[row * columns + column] as number; // in range
    }
  }
  return turned;
}
