/** Parses GGUF headers with @huggingface/gguf and rejects files of which it would lose or change anything. */
import type { GGUFParseOutput } from "@huggingface/gguf";
import type { ByteSource } from "../byteSource.ts";
import { GgufError } from "./ggufError.ts";

/** A metadata value. 64-bit integers beyond 2^53 are rounded; no metadata in use is that large. */
export type GgufValue = number | boolean | string | readonly GgufValue[];

/** A parsed but unvalidated header. */
export interface ParsedGguf {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: GGUFParseOutput["tensorInfos"];
  /** Byte offset of the end of the header, without padding. */
  readonly end: number;
}

type LibraryValue = GGUFParseOutput<{ strict: false }>["metadata"][string];

/** A value with its type number and, for a list, that of its items. */
interface Typed {
  readonly type: number;
  readonly subType?: number;
  readonly value: LibraryValue;
}

/** Parses the header of a file. Rejects with `GgufError`, or with the error of `source`. */
export async function parseGguf(source: ByteSource): Promise<ParsedGguf> {
  const { typedMetadata, ...parsed } = await parseByLibrary(source);
  if (!parsed.littleEndian) throw new GgufError("it is big-endian; only little-endian files are supported");
  if (typedMetadata.version.value === 1)
    throw new GgufError("its version is 1; supported are versions 2 and 3");
  const tensors = parsed.tensorInfos;
  const end = parsed.tensorInfoByteRange[1];
  if (end > source.size) throw cutOff(source);
  const entries = Object.entries<Typed>(typedMetadata).filter(([key]) => !ADDED.has(key));
  const understood = headerBytes(entries, tensors);
  if (understood !== end)
    throw new GgufError(`the header has ${end} bytes, but ${understood} were parsed: ${HIDDEN}`, FOLDER);
  return { metadata: new Map(entries.map(([key, { value }]) => [key, plain(value)])), tensors, end };
}

/** Keys that the library adds to the file's. */
const ADDED: ReadonlySet<string> = new Set(["version", "tensor_count", "kv_count"]);

const HIDDEN =
  "a key occurs twice, or a string is not UTF-8 or begins with a byte order mark, as tokens of SentencePiece do";
const FOLDER = "Download it again, or open the model's Hugging Face folder instead.";

/** The library requests byte ranges of a URL; any URL will do. */
const ADDRESS = "https://file.invalid/model.gguf";

async function parseByLibrary(source: ByteSource) {
  const { gguf } = await import("@huggingface/gguf"); // loads many modules, only when needed
  let failed: unknown;
  const answer: typeof fetch = (_, init) =>
    rangeOf(source, new Headers(init?.headers).get("range") ?? "").catch((error: unknown) => {
      failed = error;
      throw error;
    });
  try {
    return await gguf(ADDRESS, { fetch: answer, typedMetadata: true });
  } catch (error) {
    if (error === failed || !(error instanceof Error)) throw error;
    throw new GgufError(`its header cannot be read: ${error.message}`);
  }
}

async function rangeOf(source: ByteSource, range: string): Promise<Response> {
  const found = /^bytes=(\d+)-(\d+)$/.exec(range);
  if (found === null) throw new Error(`the library requested "${range}", not a byte range`);
  const [begin, last] = [Number(found[1]), Number(found[2])];
  if (begin >= source.size + AHEAD) throw cutOff(source);
  const end = Math.min(last + 1, source.size);
  const bytes = await source.read(Math.min(begin, end), end);
  const headers = { "Content-Range": `bytes ${begin}-${last}/${source.size}` };
  return new Response(bytes, { status: 206, headers });
}

/** The library prefetches the next range this many bytes ahead, which may be beyond the end of the file. */
const AHEAD = 500_000;

/** The library reads zeros beyond the end of the file. */
function cutOff({ size }: ByteSource): GgufError {
  return new GgufError(`it ends at byte ${size}, within the header`);
}

/**
 * Returns the size of a header with these metadata and tensors. It differs from the file's if the library lost something:
 * it keeps the last of equal keys, replaces invalid UTF-8 by U+FFFD, drops a byte order mark, and truncates a string at
 * the end of a list if a requested range ends there.
 */
function headerBytes(
  metadata: readonly (readonly [string, Typed])[],
  tensors: ParsedGguf["tensors"],
): number {
  let bytes = 24; // magic, version, two counts
  for (const [key, value] of metadata) bytes += textBytes(key) + 4 + valueBytes(key, value);
  for (const { name, shape } of tensors) bytes += textBytes(name) + 4 + 8 * shape.length + 4 + 8;
  return bytes;
}

function valueBytes(key: string, { type, subType, value }: Typed): number {
  if (!Array.isArray(value)) return itemBytes(key, type, [value]);
  return 4 + 8 + itemBytes(key, subType, value);
}

function itemBytes(key: string, type: number | undefined, items: readonly LibraryValue[]): number {
  if (type === TEXT) return items.reduce<number>((sum, text) => sum + textBytes(String(text)), 0);
  const bytes = type === undefined ? undefined : NUMBER_BYTES[type];
  if (bytes == null) throw new GgufError(`metadata ${JSON.stringify(key)} is a nested list`);
  return bytes * items.length;
}

const TEXT = 8;

/** By type number: integers of 8, 16 and 32 bits, float, boolean, string, list, integers of 64 bits, double. */
const NUMBER_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, null, null, 8, 8, 8];

/** Size of a string: 8 bytes of length and its UTF-8, computed without encoding, since a vocabulary has many strings. */
function textBytes(text: string): number {
  let bytes = 8;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isHalf = unit >= 0xd800 && unit < 0xe000; // two make four bytes
    bytes += unit < 0x80 ? 1 : unit < 0x800 || isHalf ? 2 : 3;
  }
  return bytes;
}

function plain(value: LibraryValue): GgufValue {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "bigint" ? Number(value) : value;
}
