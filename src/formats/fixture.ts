/** For tests: bytes as those of a file that is not in memory. */
import type { ByteSource } from "./byteSource.ts";

export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (begin, end) => Promise.resolve(new Uint8Array(bytes.subarray(begin, end))),
  };
}
