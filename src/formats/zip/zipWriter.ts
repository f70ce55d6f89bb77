/** Files -> a zip archive, written while the files are read. */
import { makeZip, predictLength } from "client-zip";
import { bytesOf, piecesOf, type Outgoing, type Streamed } from "../streamed.ts";
import { checkPath } from "./zipDirectory.ts";

/** The oldest date of the format, so that equal files make equal archives. */
const LAST_MODIFIED = new Date(1980, 0, 1);

/**
 * Returns the archive of files by path, in Zip64 where 32 bits do not suffice. Files are stored uncompressed, since float32
 * weights hardly compress. Throws `ZipError` for a path that cannot be unpacked; reading the archive fails where a file is
 * not as long as it claims.
 */
export function zip(files: ReadonlyMap<string, Outgoing>): Streamed {
  for (const path of files.keys()) checkPath(path);
  const sizes = Array.from(files, ([name, file]) => ({ name, size: bytesOf(file) }));
  return { bytes: Number(predictLength(sizes)), pieces: () => chunksOf(makeZip(entriesOf(files))) };
}

function* entriesOf(files: ReadonlyMap<string, Outgoing>) {
  for (const [name, file] of files)
    yield { name, size: bytesOf(file), lastModified: LAST_MODIFIED, input: checkedPieces(name, file) };
}

async function* checkedPieces(path: string, file: Outgoing): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let bytes = 0;
  for await (const piece of piecesOf(file)) {
    bytes += piece.length;
    yield new Uint8Array(piece); // a copy: streams ask for the next piece, which may overwrite this one, in advance
  }
  const expected = bytesOf(file);
  if (bytes !== expected) throw new Error(`${path}: expected ${expected} bytes, got ${bytes}`);
}

/** The chunks of a stream, which not every browser iterates over. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => undefined); // of a stream that failed: its error is on its way
  }
}
