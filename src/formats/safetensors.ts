/** Weights <-> the bytes of a safetensors file (https://github.com/huggingface/safetensors#format). */
import { widenFloats } from "./floats.ts";
import { readHeader } from "./safetensorsHeader.ts";

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

/**
 * Writes float32 tensors. Same tensors, same bytes: names are sorted (by UTF-16 code unit), and the header is padded
 * with spaces to a multiple of 8 so that the data may be used in place.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string> = PYTORCH_METADATA,
): Uint8Array<ArrayBuffer> {
  const names = [...tensors.keys()].sort();
  const members = [`"__metadata__":${JSON.stringify(Object.fromEntries(metadata))}`];
  const placed: { readonly begin: number; readonly data: Float32Array }[] = [];
  let end = 0;
  for (const name of names) {
    const { shape, data } = checkedTensor(tensors, name);
    const begin = end;
    end += data.byteLength;
    const description = { dtype: "F32", shape, data_offsets: [begin, end] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(description)}`);
    placed.push({ begin, data });
  }

  const json = new TextEncoder().encode(`{${members.join(",")}}`);
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(json, 8);
  for (const { begin, data } of placed) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + headerBytes + begin);
  }
  return file;
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
