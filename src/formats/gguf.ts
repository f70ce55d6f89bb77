/** The bytes of a GGUF file -> its weights in float32. */
import { widenFloats } from "./floats.ts";
import type { GgufEntry } from "./ggufHeader.ts";
import type { Tensor } from "./tensor.ts";

/** Whether a file claims to be GGUF, by its first bytes. */
export function isGguf(file: Uint8Array): boolean {
  return [0x47, 0x47, 0x55, 0x46].every((byte, i) => file[i] === byte);
}

/** Unpacks a tensor. */
export function readGgufTensor(file: Uint8Array, entry: GgufEntry): Tensor {
  return { shape: entry.shape, data: unpackAll(file, entry) };
}

function unpackAll(file: Uint8Array, { shape, type, begin, end }: GgufEntry): Float32Array {
  if (type.unpack === null) {
    const bytes = new Uint8Array(end - begin);
    bytes.set(file.subarray(begin, end)); // not slice: a Node Buffer's shares memory
    return widenFloats(type.name, bytes.buffer);
  }
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let at = begin, to = 0; at < end; at += type.bytes, to += type.weights)
    type.unpack(file, at, data, to);
  return data;
}
