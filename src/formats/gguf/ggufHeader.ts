/**
 * The header of a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), versions 2 and 3, little-endian:
 * metadata, then every tensor's name, shape, packing and place. Everything a file claims is checked here, before a byte
 * of tensor data is read: a file is a stranger's.
 */
import type { ByteSource } from "../byteSource.ts";
import { BLOCK_TYPES, OTHER_TYPES, type BlockType } from "./ggufBlocks.ts";
import { GgufError } from "./ggufError.ts";
import { parseGguf, type GgufValue, type ParsedGguf } from "./ggufParser.ts";

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

const MOST_DIMENSIONS = 4;

/** Reads and checks the header of a file. Rejects with `GgufError`. */
export async function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  const { metadata, tensors, end } = await parseGguf(source);
  return { metadata, entries: place(tensors.map(readInfo), metadata, end, source.size) };
}

/** A tensor as the header names it; `offset` counts from the data section. */
interface Info extends Pick<GgufEntry, "name" | "shape" | "type"> {
  readonly bytes: number;
  readonly offset: number;
}

function readInfo({ name, shape: sizes, dtype, offset }: ParsedGguf["tensors"][number]): Info {
  const fail = (what: string): never => {
    throw new GgufError(`tensor ${JSON.stringify(name)}: ${what}`);
  };
  if (sizes.length === 0 || sizes.length > MOST_DIMENSIONS) fail(`it has ${sizes.length} dimensions`);
  const type = BLOCK_TYPES.get(dtype);
  if (type === undefined) return fail(unknownType(dtype));
  const weights = sizes.reduce((product, size) => product * size, 1n);
  if (weights === 0n || weights > 2n ** 40n) fail(`its shape [${sizes.join(", ")}] makes no sense`);
  const shape = sizes.map(Number).reverse();
  const row = shape.at(-1) ?? 0;
  if (row % type.weights !== 0)
    fail(`rows of ${row} do not divide into ${type.name} blocks of ${type.weights}`);
  const bytes = (Number(weights) / type.weights) * type.bytes;
  return { name, shape, type, bytes, offset: Number(offset) };
}

function unknownType(number: number): string {
  const known = [...BLOCK_TYPES.values()].map(({ name }) => name).join(", ");
  return `its weights are ${OTHER_TYPES.get(number) ?? `of type ${number}`}, and ${known} are read`;
}

/** Offsets into a file of `size` bytes, checked: aligned, inside it, and nowhere twice. The header ends at `headerEnd`. */
function place(
  infos: readonly Info[],
  metadata: ReadonlyMap<string, GgufValue>,
  headerEnd: number,
  size: number,
): GgufEntry[] {
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || !ALIGNMENTS.has(alignment))
    throw new GgufError(`general.alignment is ${JSON.stringify(alignment)}, not a power of two`);
  const start = Math.ceil(headerEnd / alignment) * alignment;
  const entries = infos.map(({ name, shape, type, bytes, offset }) => {
    const begin = start + offset;
    const end = begin + bytes;
    const where = `tensor ${JSON.stringify(name)}`;
    if (offset % alignment !== 0) throw new GgufError(`${where}: offset ${offset} is not aligned`);
    if (end > size) throw new GgufError(`${where}: it ends at byte ${end}, but the file has ${size}`);
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
