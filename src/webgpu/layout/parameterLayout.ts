/**
 * Where each parameter lies in one flat buffer. The parameters of a layer are together and lie alike in each layer: a
 * kernel binds the layer's block and finds its matrices at constant places, so one pipeline serves all layers.
 */
import { storedShape, type Runs } from "./headPadding.ts";

/** Floats in 256 bytes: what WebGPU asks of the start of a bound range. */
const ALIGNMENT = 64;

/** Layers' parameters are named "model.layers.<layer>.<part>". */
const LAYER_NAME = /^model\.layers\.(\d+)\.(.+)$/;

/** A parameter's place; lengths in floats. */
export interface PlacedParameter {
  /** [out, in] as the kernels see it, with the zeros between heads. */
  readonly shape: readonly number[];
  /** Hugging Face's. */
  readonly hostShape: readonly number[];
  /** Where there are zeros. */
  readonly runs: readonly Runs[];
  readonly offset: number;
  readonly size: number;
  /** Stored [in, out] instead of [out, in]: neighbouring invocations then read neighbouring columns. */
  readonly transposed: boolean;
}

/** Places of the parameters of any one layer, from the start of its block. */
export type LayerLayout = ReadonlyMap<string, PlacedParameter>;

/** The block of parameters that each layer has. */
export interface LayerBlock {
  readonly layer: LayerLayout;
  /** Floats of a layer's block; layer l starts at l times this. */
  readonly layerSize: number;
}

/** Places of all parameters. */
export interface ParameterLayout extends LayerBlock {
  /** Floats in all. */
  readonly size: number;
  /** By Hugging Face name. */
  readonly parameters: ReadonlyMap<string, PlacedParameter>;
}

/**
 * Lays out parameters given by name and shape, of a decoder with heads of this size. Throws unless all layers have the
 * same parts.
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
    if (part?.hostShape.join() !== shape.join()) throw new Error(`${name} is not as in the first layer`);
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

/** Where a layer's part starts, in vectors of four, as the kernels count; asking for one that is not there is a bug. */
export function vectorOffset(layer: LayerLayout, part: string): number {
  const placed = layer.get(part);
  if (placed === undefined) throw new Error(`the layers have no ${part}`);
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
