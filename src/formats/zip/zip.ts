/** A zip archive -> its files. Nothing an archive says about itself is believed until its real bytes are counted. */
import { Inflate } from "fflate";
import { crc32 } from "./crc32.ts";
import { failZip, quotePath, readZipDirectory, ZipError, type ZipEntry } from "./zipDirectory.ts";

export { ZipError } from "./zipDirectory.ts";

/** How much an archive may unpack to. */
export interface ZipLimits {
  readonly maxEntries: number;
  /** Of all files together, unpacked. */
  readonly maxBytes: number;
  /** Unpacked bytes per byte of the archive; archives that unpack to less than a megabyte are exempt. */
  readonly maxRatio: number;
}

/** Enough for any model that fits in a tab; text compresses 3 to 30 times, a bomb 1000 times. */
export const ZIP_LIMITS: ZipLimits = { maxEntries: 1000, maxBytes: 2 ** 31, maxRatio: 100 };

const RATIO_EXEMPT_BYTES = 2 ** 20;

/** Deflate expands at most 1032 times, so one push yields at most 4 MB before it is counted. */
const INFLATE_CHUNK_BYTES = 4096;

/** Unpacks an archive: path -> bytes, folders left out. Throws `ZipError` if it is damaged, odd or too large. */
export function unzip(archive: Uint8Array, limits: ZipLimits = ZIP_LIMITS): Map<string, Uint8Array> {
  const allowed = Math.min(limits.maxBytes, Math.max(RATIO_EXEMPT_BYTES, limits.maxRatio * archive.length));
  const files = new Map<string, Uint8Array>();
  let total = 0;
  for (const entry of readZipDirectory(archive, limits.maxEntries)) {
    const content = entry.deflated ? inflate(entry, allowed - total) : stored(entry, allowed - total);
    if (content.length !== entry.size || crc32(content) !== entry.crc32) {
      failZip(`${quotePath(entry.path)} does not match its size and checksum`);
    }
    total += content.length;
    files.set(entry.path, content);
  }
  return files;
}

function stored(entry: ZipEntry, allowed: number): Uint8Array {
  if (entry.data.length > allowed) failTooLarge();
  return new Uint8Array(entry.data); // a copy: the archive need not stay in memory
}

/** Inflates in small pushes, so that a bomb is noticed after a few megabytes whatever size it declares. */
function inflate(entry: ZipEntry, allowed: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = new Inflate((chunk) => {
    size += chunk.length;
    if (size > allowed) failTooLarge();
    chunks.push(chunk);
  });
  try {
    for (let at = 0; at === 0 || at < entry.data.length; at += INFLATE_CHUNK_BYTES) {
      const final = at + INFLATE_CHUNK_BYTES >= entry.data.length;
      stream.push(entry.data.subarray(at, at + INFLATE_CHUNK_BYTES), final);
    }
  } catch (error) {
    if (error instanceof ZipError) throw error;
    failZip(`${quotePath(entry.path)} cannot be inflated`);
  }
  return joined(chunks, size);
}

function failTooLarge(): never {
  failZip("it unpacks to more than is accepted", "Unpack it yourself and drop only the files of the model.");
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
