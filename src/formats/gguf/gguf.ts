/** Reads tensors of a GGUF file as float32. */
import { elementCount, type Tensor } from "../../math/tensor.ts";
import type { ByteSource } from "../byteSource.ts";
import { widenFloats } from "../numbers/floats.ts";
import type { GgufEntry } from "./ggufHeader.ts";

/** Returns true if a file starts with GGUF's magic bytes. */
export async function isGguf(source: ByteSource): Promise<boolean> {
  const start = await source.read(0, Math.min(4, source.size));
  return [0x47, 0x47, 0x55, 0x46].every((byte, i) => start[i] === byte);
}

/** Reads and dequantises a tensor. */
export async function readGgufTensor(
  source: ByteSource,
  { shape, type, begin, end }: GgufEntry,
): Promise<Tensor> {
  const bytes = await source.read(begin, end);
  if (type.unpack === null) return { shape, data: widenFloats(type.name, bytes.buffer) };
  const data = new Float32Array(elementCount(shape));
  const view = new DataView(bytes.buffer);
  for (let at = 0, to = 0; at < bytes.length; at += type.bytes, to += type.weights)
    type.unpack(view, at, data, to);
  return { shape, data };
}
