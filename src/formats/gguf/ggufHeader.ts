/**
 * Header of a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), versions 2 and 3, little-endian:
 * metadata, then each tensor's name, shape, packing and offset. Files are untrusted, so that everything is validated here
 * before tensor data is read.
 */
import { at } from "../../math/at.ts";
import type { ByteSource } from "../byteSource.ts";
import { BLOCK_TYPES, OTHER_TYPES, type BlockType } from "./ggufBlocks.ts";
import { GgufError } from "./ggufError.ts";
import { parseGguf, type GgufValue, type ParsedGguf } from "./ggufParser.ts";

/** A tensor of the file. */
export interface GgufEntry {
  readonly name: string;
  /** Row-major as in PyTorch: the reverse of the file's order. */
  readonly shape: readonly number[];
  readonly type: BlockType;
  /** Byte offsets in the file. */
  readonly begin: number;
  readonly end: number;
}

/** A validated header, tensors in file order. */
export interface GgufHeader {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly entries: readonly GgufEntry[];
}

const MAX_DIMENSIONS = 4;

/** Reads and validates the header of a file. Rejects with `GgufError`. */
export async function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  const { metadata, tensors, end } = await parseGguf(source);
  return { metadata, entries: place(tensors.map(readInfo), metadata, end, source.size) };
}

/** A tensor as described in the header; `offset` is relative to the data section. */
interface Info extends Pick<GgufEntry, "name" | "shape" | "type"> {
  readonly bytes: number;
  readonly offset: number;
}

function readInfo({ name, shape: sizes, dtype, offset }: ParsedGguf["tensors"][number]): Info {
  const fail = (what: string): never => {
    throw new GgufError(`tensor ${JSON.stringify(name)}: ${what}`);
  };
  if (sizes.length === 0 || sizes.length > MAX_DIMENSIONS)
    fail(`it has ${sizes.length} dimensions, not 1 to ${MAX_DIMENSIONS}`);
  const type = BLOCK_TYPES.get(dtype);
  if (type === undefined) return fail(unknownType(dtype));
  const weights = sizes.reduce((product, size) => product * size, 1n);
  if (weights === 0n || weights > 2n ** 40n)
    fail(`its shape [${sizes.join(", ")}] has 0 or more than 2^40 elements`);
  const shape = sizes.map(Number).reverse();
  const row = at(shape, shape.length - 1);
  if (row % type.weights !== 0)
    fail(`rows of ${row} elements cannot be divided into ${type.name} blocks of ${type.weights}`);
  const bytes = (Number(weights) / type.weights) * type.bytes;
  return { name, shape, type, bytes, offset: Number(offset) };
}

function unknownType(number: number): string {
  const known = [...BLOCK_TYPES.values()].map(({ name }) => name).join(", ");
  return `its type is ${OTHER_TYPES[number] ?? number}; supported types are ${known}`;
}

/** Computes and validates byte offsets in a file of `size` bytes: aligned, within the file, and without overlap. */
function place(
  infos: readonly Info[],
  metadata: ReadonlyMap<string, GgufValue>,
  headerEnd: number,
  size: number,
): GgufEntry[] {
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || !ALIGNMENTS.has(alignment))
    throw new GgufError(`general.alignment is ${JSON.stringify(alignment)}, not a power of two up to 2^20`);
  const start = Math.ceil(headerEnd / alignment) * alignment;
  const entries = infos.map(({ name, shape, type, bytes, offset }) => {
    const begin = start + offset;
    const end = begin + bytes;
    const where = `tensor ${JSON.stringify(name)}`;
    if (offset % alignment !== 0) throw new GgufError(`${where}: offset ${offset} is not aligned`);
    if (end > size) throw new GgufError(`${where}: it ends at byte ${end}, but the file has ${size} bytes`);
    return { name, shape, type, begin, end };
  });
  const names = new Set(entries.map(({ name }) => name));
  const ordered = entries.toSorted((a, b) => a.begin - b.begin);
  for (const [i, entry] of ordered.entries()) {
    const before = ordered[i - 1];
    if (before !== undefined && before.end > entry.begin) {
      const both = `${JSON.stringify(before.name)} and ${JSON.stringify(entry.name)}`;
      throw new GgufError(`tensors ${both} overlap at byte ${entry.begin}`);
    }
  }
  if (names.size < entries.length) throw new GgufError("two tensors have the same name");
  return ordered;
}

/** Powers of two up to 1 MiB. */
const ALIGNMENTS = new Set(Array.from({ length: 21 }, (_, i) => 2 ** i));
