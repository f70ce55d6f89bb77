/** @huggingface/gguf on bytes: what a GGUF file says of its model and its tensors, as it was written or not at all. */
import type { GGUFParseOutput } from "@huggingface/gguf";
import type { ByteSource } from "../byteSource.ts";
import { GgufError } from "./ggufError.ts";

/** A value of the metadata. 64-bit numbers beyond 2^53 lose their last digits; no metadata we read is that large. */
export type GgufValue = number | boolean | string | readonly GgufValue[];

/** A header as the file tells it; nothing is checked of what it claims. */
export interface ParsedGguf {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: GGUFParseOutput["tensorInfos"];
  /** Where the header ends, before what fills it up. */
  readonly end: number;
}

type LibraryValue = GGUFParseOutput<{ strict: false }>["metadata"][string];

/** A value with the kinds of it and, where it is a list, of its items, by their numbers in the format. */
interface Typed {
  readonly type: number;
  readonly subType?: number;
  readonly value: LibraryValue;
}

/** Rejects with `GgufError`, or as `source` does where it cannot be read. */
export async function parseGguf(source: ByteSource): Promise<ParsedGguf> {
  const { typedMetadata, ...parsed } = await askLibrary(source);
  if (!parsed.littleEndian) throw new GgufError("it is big-endian, and little-endian files are read");
  if (typedMetadata.version.value === 1)
    throw new GgufError("its version is 1, and versions 2 and 3 are read");
  const tensors = parsed.tensorInfos;
  const end = parsed.tensorInfoByteRange[1];
  if (end > source.size) throw cutOff(source);
  const entries = Object.entries<Typed>(typedMetadata).filter(([key]) => !ADDED.has(key));
  const told = headerBytes(entries, tensors);
  if (told !== end)
    throw new GgufError(`its header has ${end} bytes, and ${told} were understood: ${HIDDEN}`, FOLDER);
  return { metadata: new Map(entries.map(([key, { value }]) => [key, plain(value)])), tensors, end };
}

/** What the library puts among the file's own keys. */
const ADDED: ReadonlySet<string> = new Set(["version", "tensor_count", "kv_count"]);

const HIDDEN =
  "a key is there twice, or a text is not UTF-8 or begins with a byte order mark, as tokens of SentencePiece do";
const FOLDER = "Download it again, or open the model's Hugging Face folder instead.";

/** The library asks for ranges of an address; any will do. */
const ADDRESS = "https://file.invalid/model.gguf";

async function askLibrary(source: ByteSource) {
  const { gguf } = await import("@huggingface/gguf"); // loads many modules, which other models need not wait for
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
  if (found === null) throw new Error(`the library asks for "${range}", where a range of bytes was expected`);
  const [begin, last] = [Number(found[1]), Number(found[2])];
  if (begin >= source.size + AHEAD) throw cutOff(source);
  const end = Math.min(last + 1, source.size);
  const bytes = await source.read(Math.min(begin, end), end);
  const headers = { "Content-Range": `bytes ${begin}-${last}/${source.size}` };
  return new Response(bytes, { status: 206, headers });
}

/** The library asks for the next range when fewer bytes than these are left of the last: at most so far beyond the end. */
const AHEAD = 500_000;

/** It reads zeros where the file has ended. */
function cutOff({ size }: ByteSource): GgufError {
  return new GgufError(`it ends at byte ${size}, within its header`);
}

/**
 * Bytes of a header with these metadata and tensors. The file's has others where the library hides something: it takes
 * the last of equal keys, puts U+FFFD for what is not UTF-8, drops a byte order mark, and cuts off a text that ends a
 * list where one of the ranges ends that it asks for.
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
  if (bytes == null) throw new GgufError(`metadata ${JSON.stringify(key)} is a list of lists`);
  return bytes * items.length;
}

const TEXT = 8;

/** By kind: integers of 8, 16 and 32 bits, a float, a truth value, texts and lists, integers of 64 bits and a double. */
const NUMBER_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, null, null, 8, 8, 8];

/** Of a text's length and its UTF-8, which are not written: a vocabulary has some 400,000 texts. */
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
