/** Reads and writes safetensors files (https://github.com/huggingface/safetensors#format). */
import type { ByteSource } from "../byteSource.ts";
import { widenFloats } from "../numbers/floats.ts";
import { packedBytes, packedPieces, type Packing } from "../numbers/narrowFloats.ts";
import { BYTES_PER_ELEMENT, headerSize, readHeader } from "./safetensorsHeader.ts";
import type { Streamed } from "../streamed.ts";
import { failMissing, weightsInMemory, type WeightSource } from "../numbers/weightSource.ts";
import { elementCount, type Tensor } from "../../math/tensor.ts";

export { SafetensorsError } from "./safetensorsHeader.ts";

/** Content of a safetensors file, tensors in file order. */
interface Safetensors {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** `__metadata__` expected by transformers: the tensors have PyTorch's layout. */
const PYTORCH_METADATA: ReadonlyMap<string, string> = new Map([["format", "pt"]]);

/** Reads a whole file, copying tensors to float32 (exactly). Throws `SafetensorsError` if the file is invalid. */
export function readSafetensors(file: Uint8Array): Safetensors {
  const { entries, metadata, dataStart } = readHeader(file);
  const tensors = new Map<string, Tensor>();
  for (const entry of entries) {
    const bytes = new Uint8Array(entry.end - entry.begin);
    bytes.set(file.subarray(dataStart + entry.begin, dataStart + entry.end)); // Buffer.slice would share memory
    tensors.set(entry.name, { shape: entry.shape, data: widenFloats(entry.dtype, bytes.buffer) });
  }
  return { tensors, metadata };
}

/** Opens a file whose tensors are read on demand. Rejects with `SafetensorsError` if the header is invalid. */
export async function openSafetensors(source: ByteSource): Promise<WeightSource> {
  const start = await source.read(0, Math.min(8, source.size));
  const { entries, dataStart } = readHeader(
    await source.read(0, headerSize(start, source.size)),
    source.size,
  );
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return {
    shapes: new Map(entries.map(({ name, shape }) => [name, shape])),
    async read(name) {
      const { dtype, begin, end } = byName.get(name) ?? failMissing(name);
      const bytes = await source.read(dataStart + begin, dataStart + end);
      return widenFloats(dtype, bytes.buffer);
    },
    async readPart(name, start, end) {
      const { dtype, begin } = byName.get(name) ?? failMissing(name);
      const [from, size] = [dataStart + begin, BYTES_PER_ELEMENT[dtype]];
      const bytes = await source.read(from + start * size, from + end * size);
      return widenFloats(dtype, bytes.buffer);
    },
  };
}

/** Packings that safetensors supports. */
export type SafetensorsPacking = Exclude<Packing, "Q8_0">;

/** Writes float32 tensors; the bytes depend only on the tensors and the metadata. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string> = PYTORCH_METADATA,
): Uint8Array<ArrayBuffer> {
  const { shapes } = weightsInMemory(tensors);
  const { header, names, bytes } = layOut(shapes, "F32", metadata);
  const file = new Uint8Array(bytes);
  file.set(header);
  let at = header.length;
  for (const name of names) {
    const { shape, data } = tensors.get(name) ?? failMissing(name);
    checkSize(name, shape, data);
    for (const piece of packedPieces(name, data, "F32")) {
      file.set(piece, at);
      at += piece.length;
    }
  }
  return file;
}

/** Writes a file piece by piece, reading and packing one tensor at a time. The pieces throw `PackingError`. */
export function streamSafetensors(weights: WeightSource, packing: SafetensorsPacking): Streamed {
  const { header, names, bytes } = layOut(weights.shapes, packing, PYTORCH_METADATA);
  return {
    bytes,
    pieces: async function* () {
      yield header;
      for (const name of names) {
        const data = await weights.read(name);
        checkSize(name, weights.shapes.get(name) ?? failMissing(name), data);
        yield* packedPieces(name, data, packing);
      }
    },
  };
}

/** Layout of a file. */
interface Layout {
  /** Padded with spaces to a multiple of 8 bytes, so that data is aligned. */
  readonly header: Uint8Array;
  /** Tensors in file order: sorted by UTF-16 code units. */
  readonly names: readonly string[];
  /** Size of the whole file. */
  readonly bytes: number;
}

function layOut(
  shapes: WeightSource["shapes"],
  dtype: SafetensorsPacking,
  metadata: ReadonlyMap<string, string>,
): Layout {
  const names = [...shapes.keys()].sort();
  const members = [`"__metadata__":${JSON.stringify(Object.fromEntries(metadata))}`];
  let end = 0;
  for (const name of names) {
    if (name === "__metadata__") throw new Error(`a tensor cannot be named ${name}`);
    const shape = shapes.get(name) ?? failMissing(name);
    const begin = end;
    end += packedBytes(dtype, elementCount(shape));
    const description = { dtype, shape, data_offsets: [begin, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(description)}`);
  }
  const json = new TextEncoder().encode(`{${members.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return { header, names, bytes: header.length + end };
}

function checkSize(name: string, shape: readonly number[], data: Float32Array): void {
  if (elementCount(shape) !== data.length)
    throw new Error(`tensor ${name}: shape [${shape.join(", ")}] but ${data.length} elements`);
}
