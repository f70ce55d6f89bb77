/** For tests: what packed matrices hold, as the reader of GGUF files unpacks them. */
import type { Tensor } from "../../math/tensor.ts";
import { BLOCK_TYPES } from "../gguf/ggufBlocks.ts";
import { halfToNumber } from "./floats.ts";
import { packFourBits } from "./fourBitBlocks.ts";
import { pack } from "./narrowFloats.ts";

export const PRECISIONS = ["f16", "q8_0", "q4_0"] as const;
type Precision = (typeof PRECISIONS)[number];

const BLOCKS = {
  q8_0: { type: BLOCK_TYPES.get(8)!, packBlocks: (data: Float32Array) => pack("Q8_0", data) },
  q4_0: { type: BLOCK_TYPES.get(2)!, packBlocks: packFourBits },
};

/** The numbers that a packing makes of rows of so many. */
export function held(precision: Precision, rows: Float32Array, inputs: number): Float32Array {
  if (precision === "f16") {
    const halves = new Uint16Array(pack("F16", rows).buffer);
    return Float32Array.from(halves, halfToNumber);
  }
  const { type, packBlocks } = BLOCKS[precision];
  const found = new Float32Array(rows.length);
  const row = new Float32Array(Math.ceil(inputs / 32) * 32);
  for (let start = 0; start < rows.length; start += inputs) {
    row.fill(0);
    row.set(rows.subarray(start, start + inputs));
    const packed = packBlocks(row);
    for (let block = 0; block < row.length / 32; block++)
      type.unpack!(new DataView(packed.buffer), block * type.bytes, row, block * 32);
    found.set(row.subarray(0, inputs), start);
  }
  return found;
}

/** A decoder's weights with the numbers that its packed matrices hold. */
export function heldWeights(precision: Precision, weights: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    [...weights].map(([name, { shape, data }]) => [
      name,
      { shape, data: shape.length === 2 ? held(precision, data, shape[1]!) : data },
    ]),
  );
}
