/** Files -> a zip archive, large ones while they are made: nothing of them is kept. */
import { deflateSync } from "fflate";
import { crc32 } from "./crc32.ts";
import type { Outgoing, Streamed } from "../streamed.ts";
import { checkPath } from "./zipDirectory.ts";
import { dataDescriptor, directoryHeader, endRecords, localHeader, type WrittenEntry } from "./zipRecords.ts";

/** A file at its place: deflated, or to be streamed as it is. */
type Placed = { readonly entry: WrittenEntry } & (
  { readonly content: Uint8Array; readonly checksum: number } | { readonly stream: Streamed }
);

/**
 * Packs files by path, whole ones deflated, streamed ones as they are: float32 noise hardly compresses. Same files, same
 * archive.
 */
export function zip(files: ReadonlyMap<string, Outgoing>): Streamed {
  const placed: Placed[] = [];
  let at = 0;
  for (const [path, file] of files) {
    checkPath(path);
    const next = place(path, file, at);
    placed.push(next);
    at += bytesIn(next);
  }
  const directory = placed.map(({ entry }) => directoryHeader(entry, 0).length);
  const directoryBytes = directory.reduce((total, length) => total + length, 0);
  const end = endRecords(placed.length, at, directoryBytes);
  return { bytes: at + directoryBytes + end.length, pieces: () => archivePieces(placed, end) };
}

function place(path: string, file: Outgoing, offset: number): Placed {
  if (file instanceof Uint8Array) {
    const content = deflateSync(file);
    const sizes = { packed: content.length, size: file.length };
    const entry = { path, deflated: true, ...sizes, offset, isStreamed: false };
    return { entry, content, checksum: crc32(file) };
  }
  const sizes = { packed: file.bytes, size: file.bytes };
  return { entry: { path, deflated: false, ...sizes, offset, isStreamed: true }, stream: file };
}

/** Headers included. */
function bytesIn({ entry }: Placed): number {
  const after = entry.isStreamed ? dataDescriptor(entry, 0).length : 0;
  return localHeader(entry, 0).length + entry.packed + after;
}

async function* archivePieces(placed: readonly Placed[], end: Uint8Array): AsyncGenerator<Uint8Array> {
  const checksums: number[] = [];
  for (const one of placed) checksums.push(yield* entryPieces(one));
  for (const [i, { entry }] of placed.entries()) yield directoryHeader(entry, checksums[i] ?? 0);
  yield end;
}

/** An entry; returns its checksum. */
async function* entryPieces(placed: Placed): AsyncGenerator<Uint8Array, number> {
  const { entry } = placed;
  if ("content" in placed) {
    yield localHeader(entry, placed.checksum);
    yield placed.content;
    return placed.checksum;
  }
  yield localHeader(entry, 0);
  const checksum = yield* streamed(entry, placed.stream);
  yield dataDescriptor(entry, checksum);
  return checksum;
}

/** Hands a file on and returns its checksum. */
async function* streamed({ path, size }: WrittenEntry, file: Streamed): AsyncGenerator<Uint8Array, number> {
  let checksum = 0;
  let bytes = 0;
  for await (const piece of file.pieces()) {
    checksum = crc32(piece, checksum);
    bytes += piece.length;
    yield piece;
  }
  if (bytes !== size) throw new Error(`${path} was to have ${size} bytes and has ${bytes}`);
  return checksum;
}
