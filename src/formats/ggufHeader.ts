/**
 * The header of a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), versions 2 and 3, little-endian:
 * metadata, then every tensor's name, shape, packing and place. Everything a file claims is checked here, before a byte
 * of tensor data is read: a file is a stranger's.
 */
import { BLOCK_TYPES, OTHER_TYPES, type BlockType } from "./ggufBlocks.ts";
import { ByteReader, GgufError } from "./ggufReader.ts";

/** A value of the metadata. 64-bit numbers beyond 2^53 lose their last digits; no metadata we read is that large. */
export type GgufValue = number | boolean | string | readonly GgufValue[];

/** One tensor of the file. */
export interface GgufEntry {
  readonly name: string;
  /** Row-major, as PyTorch writes it: the reverse of the file's. */
  readonly shape: readonly number[];
  readonly type: BlockType;
  /** Byte offsets in the file. */
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly entries: readonly GgufEntry[];
}

/** More than any model has; without a bound 100 bytes could ask for years. */
const MOST_TENSORS = 100_000;
const MOST_KEYS = 10_000;
const MOST_DIMENSIONS = 4;
const ARRAY = 9;

/** Reads and checks the header of a whole file. */
export function readGgufHeader(file: Uint8Array): GgufHeader {
  const reader = new ByteReader(file);
  if (reader.magic() !== "GGUF") throw new GgufError("it does not begin with GGUF", 0);
  const version = reader.uint32();
  if (version !== 2 && version !== 3) {
    throw new GgufError(`its version is ${version}, and versions 2 and 3 (little-endian) are read`, 4);
  }
  const tensors = reader.count("number of tensors", MOST_TENSORS);
  const keys = reader.count("number of metadata keys", MOST_KEYS);
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < keys; i++) {
    const at = reader.at;
    const key = reader.text();
    if (metadata.has(key)) throw new GgufError(`metadata key ${JSON.stringify(key)} is there twice`, at);
    metadata.set(key, readValue(reader, reader.uint32(), key));
  }
  const infos = Array.from({ length: tensors }, () => readInfo(reader));
  return { metadata, entries: place(infos, reader, metadata) };
}

function readValue(reader: ByteReader, type: number, key: string, depth = 0): GgufValue {
  const read = SCALARS.get(type);
  if (read !== undefined) return read(reader);
  const at = reader.at - 4;
  if (type !== ARRAY || depth > 0) {
    throw new GgufError(`metadata ${JSON.stringify(key)} has a value of unknown type ${type}`, at);
  }
  const inner = reader.uint32();
  // Every element takes at least a byte, so a count beyond what is left is a lie.
  const length = reader.count(`length of ${JSON.stringify(key)}`, reader.left);
  const values: GgufValue[] = [];
  for (let i = 0; i < length; i++) values.push(readValue(reader, inner, key, depth + 1));
  return values;
}

const SCALARS: ReadonlyMap<number, (reader: ByteReader) => GgufValue> = new Map<
  number,
  (reader: ByteReader) => GgufValue
>([
  [0, (reader) => reader.uint8()],
  [1, (reader) => reader.int8()],
  [2, (reader) => reader.uint16()],
  [3, (reader) => reader.int16()],
  [4, (reader) => reader.uint32()],
  [5, (reader) => reader.int32()],
  [6, (reader) => reader.float32()],
  [7, (reader) => reader.boolean()],
  [8, (reader) => reader.text()],
  [10, (reader) => Number(reader.uint64())],
  [11, (reader) => Number(reader.int64())],
  [12, (reader) => reader.float64()],
]);

/** A tensor as the header names it; `offset` counts from the data section. */
interface Info extends Pick<GgufEntry, "name" | "shape" | "type"> {
  readonly bytes: number;
  readonly offset: number;
  /** Where in the file it is described. */
  readonly at: number;
}

function readInfo(reader: ByteReader): Info {
  const at = reader.at;
  const name = reader.text();
  const fail = (what: string): never => {
    throw new GgufError(`tensor ${JSON.stringify(name)}: ${what}`, at);
  };
  const dimensions = reader.uint32();
  if (dimensions === 0 || dimensions > MOST_DIMENSIONS) fail(`it has ${dimensions} dimensions`);
  const sizes = Array.from({ length: dimensions }, () => reader.uint64());
  const number = reader.uint32();
  const type = BLOCK_TYPES.get(number);
  const offset = Number(reader.uint64());
  if (type === undefined) return fail(unknownType(number));
  const weights = sizes.reduce((product, size) => product * size, 1n);
  if (weights === 0n || weights > 2n ** 40n) fail(`its shape [${sizes.join(", ")}] makes no sense`);
  const shape = sizes.map(Number).reverse();
  const row = shape.at(-1) ?? 0;
  if (row % type.weights !== 0)
    fail(`rows of ${row} do not divide into ${type.name} blocks of ${type.weights}`);
  return { name, shape, type, bytes: (Number(weights) / type.weights) * type.bytes, offset, at };
}

function unknownType(number: number): string {
  const known = [...BLOCK_TYPES.values()].map(({ name }) => name).join(", ");
  return `its weights are ${OTHER_TYPES.get(number) ?? `of type ${number}`}, and ${known} are read`;
}

/** Offsets into the file, checked: aligned, inside it, and nowhere twice. */
function place(
  infos: readonly Info[],
  reader: ByteReader,
  metadata: ReadonlyMap<string, GgufValue>,
): GgufEntry[] {
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || !ALIGNMENTS.has(alignment)) {
    throw new GgufError(`general.alignment is ${JSON.stringify(alignment)}, not a power of two`, reader.at);
  }
  const start = Math.ceil(reader.at / alignment) * alignment;
  const entries = infos.map(({ name, shape, type, bytes, offset, at }) => {
    const begin = start + offset;
    const end = begin + bytes;
    const where = `tensor ${JSON.stringify(name)}`;
    if (offset % alignment !== 0) throw new GgufError(`${where}: offset ${offset} is not aligned`, at);
    if (end > reader.size) {
      throw new GgufError(`${where}: it ends at byte ${end}, but the file has ${reader.size}`, at);
    }
    return { name, shape, type, begin, end };
  });
  const names = new Set(entries.map(({ name }) => name));
  const ordered = entries.toSorted((a, b) => a.begin - b.begin);
  for (const [i, entry] of ordered.entries()) {
    const before = ordered[i - 1];
    if (before !== undefined && before.end > entry.begin) {
      const both = `${JSON.stringify(before.name)} and ${JSON.stringify(entry.name)}`;
      throw new GgufError(`tensors ${both} overlap`, entry.begin);
    }
  }
  if (names.size < entries.length) throw new GgufError("two tensors have the same name", reader.at);
  return ordered;
}

/** Powers of two up to 1 MiB. */
const ALIGNMENTS = new Set(Array.from({ length: 21 }, (_, i) => 2 ** i));
