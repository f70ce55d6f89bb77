/** Weights <-> the bytes of a safetensors file (https://github.com/huggingface/safetensors#format). */
import type { ByteSource } from "./byteSource.ts";
import { widenFloats } from "./floats.ts";
import { packedBytes, packedPieces, type Packing } from "./narrowFloats.ts";
import { headerSize, readHeader } from "./safetensorsHeader.ts";

export { SafetensorsError } from "./safetensorsHeader.ts";

/** Numbers with a shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The content of a safetensors file, tensors in file order. */
export interface Safetensors {
  readonly tensors: Map<string, Tensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** What transformers expects in `__metadata__`: the tensors follow PyTorch's layout. */
const PYTORCH_METADATA: ReadonlyMap<string, string> = new Map([["format", "pt"]]);

/**
 * Reads a whole file; F16 and BF16 become float32 (exactly). The tensors own their memory.
 * Throws `SafetensorsError` if anything in the file is not as the format demands.
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  const { entries, metadata, dataStart } = readHeader(file);
  const tensors = new Map<string, Tensor>();
  for (const entry of entries) {
    const bytes = new Uint8Array(entry.end - entry.begin);
    bytes.set(file.subarray(dataStart + entry.begin, dataStart + entry.end)); // not slice: a Node Buffer's shares memory
    tensors.set(entry.name, { shape: entry.shape, data: widenFloats(entry.dtype, bytes.buffer) });
  }
  return { tensors, metadata };
}

/** The same tensor by tensor: beside them no more of the file is in memory than the largest of them. */
export async function openSafetensors(source: ByteSource): Promise<Safetensors> {
  const start = await source.read(0, Math.min(8, source.size));
  const header = await source.read(0, headerSize(start, source.size));
  const { entries, metadata, dataStart } = readHeader(header, source.size);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    const bytes = await source.read(dataStart + begin, dataStart + end);
    tensors.set(name, { shape, data: widenFloats(dtype, bytes.buffer) });
  }
  return { tensors, metadata };
}

/** How safetensors can hold weights. */
export type SafetensorsPacking = Exclude<Packing, "Q8_0">;

/** Writes float32 tensors: same tensors, same bytes. */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string> = PYTORCH_METADATA,
): Uint8Array<ArrayBuffer> {
  const header = headerBytes(tensors, "F32", metadata);
  const sizes = [...tensors.values()].map(({ data }) => data.byteLength);
  const file = new Uint8Array(sizes.reduce((total, size) => total + size, header.length));
  let at = 0;
  for (const piece of safetensorsPieces(tensors, "F32", metadata)) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}

/** The same file from its first byte to its last, 4 MB at most at a time. Throws `PackingError`. */
export function* safetensorsPieces(
  tensors: ReadonlyMap<string, Tensor>,
  packing: SafetensorsPacking,
  metadata: ReadonlyMap<string, string> = PYTORCH_METADATA,
): Generator<Uint8Array> {
  yield headerBytes(tensors, packing, metadata);
  for (const name of sortedNames(tensors)) {
    yield* packedPieces(name, checkedTensor(tensors, name).data, packing);
  }
}

/** By UTF-16 code unit. */
function sortedNames(tensors: ReadonlyMap<string, Tensor>): string[] {
  return [...tensors.keys()].sort();
}

/** Padded with spaces to a multiple of 8, so that the data may be used in place. */
function headerBytes(
  tensors: ReadonlyMap<string, Tensor>,
  dtype: SafetensorsPacking,
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  const members = [`"__metadata__":${JSON.stringify(Object.fromEntries(metadata))}`];
  let end = 0;
  for (const name of sortedNames(tensors)) {
    const { shape, data } = checkedTensor(tensors, name);
    const begin = end;
    end += packedBytes(dtype, data.length);
    const description = { dtype, shape, data_offsets: [begin, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(description)}`);
  }
  const json = new TextEncoder().encode(`{${members.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return header;
}

/** The tensor of that name; a shape that does not fit its data is a mistake of ours, not of a file. */
function checkedTensor(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined || name === "__metadata__") throw new Error(`no tensor may be called ${name}`);
  const elements = tensor.shape.reduce((product, size) => product * size, 1);
  if (elements !== tensor.data.length) {
    throw new Error(`tensor ${name}: shape [${tensor.shape.join(", ")}] but ${tensor.data.length} numbers`);
  }
  return tensor;
}
