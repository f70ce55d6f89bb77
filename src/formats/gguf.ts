/** The bytes of a GGUF file -> its metadata, and its weights in float32. */
import { widenFloats } from "./floats.ts";
import type { GgufEntry, GgufHeader } from "./ggufHeader.ts";
import type { Tensor } from "./safetensors.ts";

/** Whether a file claims to be GGUF, by its first bytes. */
export function isGguf(file: Uint8Array): boolean {
  return [0x47, 0x47, 0x55, 0x46].every((byte, i) => file[i] === byte);
}

/** Unpacks all tensors, by their names in the file. */
export function readGgufTensors(file: Uint8Array, { entries }: GgufHeader): Map<string, Tensor> {
  return new Map(entries.map((entry) => [entry.name, { shape: entry.shape, data: unpackAll(file, entry) }]));
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
