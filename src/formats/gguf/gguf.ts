/** A GGUF file -> its weights in float32. */
import type { ByteSource } from "../byteSource.ts";
import { widenFloats } from "../numbers/floats.ts";
import type { GgufEntry } from "./ggufHeader.ts";
import type { Tensor } from "../../math/tensor.ts";
import { weightsOf } from "../numbers/weightSource.ts";

/** Whether a file claims to be GGUF, by its first bytes. */
export async function isGguf(source: ByteSource): Promise<boolean> {
  const start = await source.read(0, Math.min(4, source.size));
  return [0x47, 0x47, 0x55, 0x46].every((byte, i) => start[i] === byte);
}

/** Reads and unpacks a tensor. */
export async function readGgufTensor(
  source: ByteSource,
  { shape, type, begin, end }: GgufEntry,
): Promise<Tensor> {
  const bytes = await source.read(begin, end);
  if (type.unpack === null) return { shape, data: widenFloats(type.name, bytes.buffer) };
  const data = new Float32Array(weightsOf(shape));
  for (let at = 0, to = 0; at < bytes.length; at += type.bytes, to += type.weights)
    type.unpack(bytes, at, data, to);
  return { shape, data };
}
