/** Checksums as the Hub lists them: SHA-256 for LFS files, git's blob SHA-1 for all others. */
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { ByteSource } from "../formats/byteSource.ts";

export interface Digest {
  readonly kind: "sha256" | "git-sha1";
  /** Lower-case hex. */
  readonly hex: string;
}

/** Bytes read at a time; cancellation is checked between reads. */
const SLICE = 2 ** 22;

/** Computes a digest in hex. A git digest covers "blob <size>" and a zero byte before the content. */
export async function digestOf(
  kind: Digest["kind"],
  source: ByteSource,
  signal: AbortSignal,
  onProgress: (bytes: number) => void = () => undefined,
): Promise<string> {
  const hash = kind === "sha256" ? sha256.create() : sha1.create();
  if (kind === "git-sha1") hash.update(new TextEncoder().encode(`blob ${source.size}\0`));
  for (let at = 0; at < source.size; at += SLICE) {
    signal.throwIfAborted();
    const end = Math.min(at + SLICE, source.size);
    hash.update(await source.read(at, end));
    onProgress(end);
  }
  return bytesToHex(hash.digest());
}
