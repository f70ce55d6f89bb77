/** Writer of GGUF headers, version 3: metadata, then each tensor's name, shape, packing and offset. */
import { elementCount } from "../../math/tensor.ts";
import { packedBytes, type Packing } from "../numbers/narrowFloats.ts";

/** A typed metadata value. */
export type MetadataValue =
  | { readonly uint32: number }
  | { readonly float32: number }
  | { readonly flag: boolean }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly int32s: readonly number[] };

/** A tensor to be written after the header. */
export interface PlacedTensor {
  readonly name: string;
  /** Row-major; reversed in the file. */
  readonly shape: readonly number[];
  readonly packing: Packing;
}

/** Alignment of tensors, in bytes. */
const ALIGNMENT = 32;

/** Type numbers of packings in the file. */
const NUMBERS: Readonly<Record<Packing, number>> = { F32: 0, F16: 1, BF16: 30, Q8_0: 8 };

/** Writes the header, padded to the alignment; each tensor must be padded likewise. */
export function ggufHeader(
  metadata: ReadonlyMap<string, MetadataValue>,
  tensors: readonly PlacedTensor[],
): Uint8Array {
  const bytes = new Bytes();
  bytes.uint32(0x46554747).uint32(3).uint64(tensors.length).uint64(metadata.size); // "GGUF", version
  for (const [key, value] of metadata) {
    bytes.text(key);
    writeValue(bytes, value);
  }
  let offset = 0;
  for (const { name, shape, packing } of tensors) {
    bytes.text(name);
    bytes.uint32(shape.length);
    for (const size of shape.toReversed()) bytes.uint64(size);
    bytes.uint32(NUMBERS[packing]).uint64(offset);
    offset += aligned(packedBytes(packing, elementCount(shape)));
  }
  return bytes.padded(ALIGNMENT);
}

/** Rounds a size up to a multiple of the alignment. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Writes the type number and the value; for a list, the type and number of its items first. */
function writeValue(bytes: Bytes, value: MetadataValue): void {
  if ("uint32" in value) bytes.uint32(4).uint32(value.uint32);
  else if ("float32" in value) bytes.uint32(6).float32(value.float32);
  else if ("flag" in value) bytes.uint32(7).uint8(value.flag ? 1 : 0);
  else if ("text" in value) bytes.uint32(8).text(value.text);
  else if ("texts" in value) {
    bytes.uint32(9).uint32(8).uint64(value.texts.length);
    for (const text of value.texts) bytes.text(text);
  } else {
    bytes.uint32(9).uint32(5).uint64(value.int32s.length);
    for (const number of value.int32s) bytes.uint32(number); // two's complement
  }
}

/** A growing little-endian buffer. */
class Bytes {
  #bytes = new Uint8Array(2 ** 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #encoder = new TextEncoder();

  uint8(value: number): void {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
  }

  uint32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  uint64(value: number): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt(value), true);
    return this;
  }

  float32(value: number): void {
    const at = this.#grow(4);
    this.#view.setFloat32(at, value, true);
  }

  text(value: string): void {
    const encoded = this.#encoder.encode(value);
    this.uint64(encoded.length);
    const at = this.#grow(encoded.length);
    this.#bytes.set(encoded, at);
  }

  /** Returns all bytes, padded with zeros to a multiple of `unit`. */
  padded(unit: number): Uint8Array {
    this.#grow((unit - (this.#length % unit)) % unit);
    return this.#bytes.slice(0, this.#length);
  }

  /** Extends the buffer and returns the previous length. */
  #grow(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      [this.#bytes, this.#view] = [larger, new DataView(larger.buffer)];
    }
    return at;
  }
}
