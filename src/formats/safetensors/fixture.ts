/** For tests: safetensors files written by hand. */
import type { Tensor } from "../../math/tensor.ts";

/** A file with this header text and this many bytes of data (1, 2, 3, ...). */
export function fileOf(header: string | Uint8Array, dataBytes = 0, declaredLength?: bigint): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, declaredLength ?? BigInt(json.length), true);
  file.set(json, 8);
  for (let i = 0; i < dataBytes; i++) file[8 + json.length + i] = (i + 1) & 0xff;
  return file;
}

/** A header of float32 tensors from [name, shape, begin, end]. */
export function headerOf(
  ...tensors: readonly (readonly [string, readonly number[], number, number])[]
): string {
  const members = tensors.map(
    ([name, shape, begin, end]) =>
      `${JSON.stringify(name)}:${JSON.stringify({ dtype: "F32", shape, data_offsets: [begin, end] })}`,
  );
  return `{${members.join(",")}}`;
}

/** Returns the text of a file's header. */
export function headerText(file: Uint8Array): string {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return new TextDecoder().decode(file.subarray(8, 8 + length));
}

/** Two tensors, with values that text would lose. */
export const pair = new Map<string, Tensor>([
  ["b", { shape: [2, 2], data: Float32Array.of(1, -2, 3.5, 0) }],
  ["a", { shape: [3], data: Float32Array.of(NaN, -Infinity, 1e-40) }],
]);
