/** Models split over several GGUF files by llama.cpp's gguf-split: the first has the metadata, each its own tensors. */
import type { ByteSource } from "../byteSource.ts";
import { GgufError } from "./ggufError.ts";
import { readGgufHeader, type GgufEntry, type GgufHeader } from "./ggufHeader.ts";
import { GgufMetadata } from "./ggufMetadata.ts";

/** A tensor and the file that has it. */
export interface PlacedEntry extends GgufEntry {
  readonly source: ByteSource;
}

/** The header of a whole model. */
export interface JoinedHeader extends Pick<GgufHeader, "metadata"> {
  readonly entries: readonly PlacedEntry[];
}

const SPLIT_NAME = /^(.*-)(\d{5})-of-(\d{5})(\.gguf)$/i;

/** Returns the paths of all parts of a split model, from that of one; only that path for any other name. */
export function splitPaths(path: string): string[] {
  const [, stem = "", , count = "", end = ""] = SPLIT_NAME.exec(path) ?? [];
  return count === ""
    ? [path]
    : Array.from({ length: Number(count) }, (_, i) => `${stem}${numbered(i + 1)}-of-${count}${end}`);
}

function numbered(part: number): string {
  return String(part).padStart(5, "0");
}

interface Part {
  readonly header: GgufHeader;
  readonly source: ByteSource;
  /** From 0. */
  readonly number: number;
  readonly count: number;
  readonly tensors: number | undefined;
}

/**
 * Reads the headers of a model's files, given in any order. Rejects with `GgufError` if one is damaged, if parts are missing, or if
 * the files are not parts of one model.
 */
export async function readJoinedHeader(sources: readonly ByteSource[]): Promise<JoinedHeader> {
  const parts = await Promise.all(sources.map(readPart));
  const [first, second] = parts.sort((a, b) => a.number - b.number);
  if (first === undefined) throw new GgufError("there is no file", "Choose one.");
  const { count, tensors, header } = first;
  if (second !== undefined && parts.some((part) => part.count === 1))
    throw new GgufError(`these ${parts.length} files are each a model of their own`, "Open one of them.");
  if (parts.some((part) => part.count !== count || part.tensors !== tensors))
    throw new GgufError("the files are parts of different models (split.count, split.tensors.count)", ALL);
  const has = new Set(parts.map(({ number }) => number));
  const missing = Array.from({ length: count }, (_, i) => i).filter((number) => !has.has(number));
  const [lone] = missing;
  if (lone !== undefined) {
    const names = missing.map((number) => `-${numbered(number + 1)}-of-${numbered(count)}.gguf`);
    throw new GgufError(`of a model in ${count} parts ${names.slice(0, 5).join(", ")} are missing`, ALL);
  }
  if (parts.length > count) throw new GgufError("a part of the model is given twice", ALL);
  const entries = parts.flatMap(({ header, source }) => header.entries.map((one) => ({ ...one, source })));
  if (new Set(entries.map(({ name }) => name)).size < entries.length)
    throw new GgufError("two parts have a tensor of the same name", ALL);
  if (tensors !== undefined && entries.length !== tensors)
    throw new GgufError(`it has ${entries.length} tensors, but split.tensors.count is ${tensors}`);
  return { metadata: header.metadata, entries };
}

const ALL = "Choose all parts of one model together, or their folder.";

async function readPart(source: ByteSource): Promise<Part> {
  const header = await readGgufHeader(source);
  const metadata = new GgufMetadata(header.metadata);
  const count = metadata.number("split.count") ?? 0;
  return {
    header,
    source,
    number: metadata.number("split.no") ?? 0,
    count: Math.max(1, count),
    tensors: metadata.number("split.tensors.count"),
  };
}
