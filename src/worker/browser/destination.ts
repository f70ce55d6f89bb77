/** Destinations of an export, written piece by piece so that a large file is never in memory. */
import type { Streamed } from "../../formats/streamed.ts";

/** A file being written. */
export interface Destination {
  readonly write: (piece: Uint8Array) => Promise<void>;
  /** Returns the whole file; null if it was written to the user's file. */
  readonly finish: () => Promise<Blob | null>;
  /** Discards the file. */
  readonly abandon: () => Promise<void>;
}

/** Files of fewer bytes are kept in memory. */
const SMALL_BYTES = 64e6;

/** Opens what suits a file of so many bytes: the file the user chose, else the browser's own disk space, else memory. */
export async function openDestination(
  chosen: FileSystemFileHandle | null,
  bytes: number,
): Promise<Destination> {
  if (chosen !== null) return openFile(chosen, () => Promise.resolve(null));
  if (bytes < SMALL_BYTES) return inMemory();
  const own = await ownFile();
  return own === null ? inMemory() : openFile(own, () => own.getFile());
}

/** The old content stays until the file is complete. */
async function openFile(
  handle: FileSystemFileHandle,
  handOn: () => Promise<Blob | null>,
): Promise<Destination> {
  const file = await handle.createWritable();
  return {
    write: (piece) => file.write(inOwnMemory(piece)),
    async finish() {
      await file.close();
      return handOn();
    },
    abandon: () => file.abort(),
  };
}

/** Blobs, which a browser may keep on disk. */
export function inMemory(): Destination {
  const parts: Blob[] = [];
  return {
    write(piece) {
      parts.push(new Blob([inOwnMemory(piece)]));
      return Promise.resolve();
    },
    finish: () => Promise.resolve(new Blob(parts)),
    abandon: () => Promise.resolve(),
  };
}

/** Writes a whole file. On an error or an abort the file is discarded. */
export async function writeTo(
  destination: Destination,
  { pieces }: Streamed,
  signal: AbortSignal,
  onWritten: (bytes: number) => void,
): Promise<Blob | null> {
  try {
    let done = 0;
    for await (const piece of pieces()) {
      signal.throwIfAborted();
      await destination.write(piece);
      onWritten((done += piece.length));
    }
    return await destination.finish();
  } catch (error) {
    await destination.abandon().catch(() => undefined); // the first error is the one to report
    throw error;
  }
}

const FOLDER = "exports";

/** Creates a file in the origin private file system; null if there is none. */
async function ownFile(): Promise<FileSystemFileHandle | null> {
  try {
    const root = await navigator.storage.getDirectory();
    // Earlier exports have been saved by the time the next large one is made.
    await root.removeEntry(FOLDER, { recursive: true }).catch(() => undefined);
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    const file = await folder.getFileHandle(crypto.randomUUID(), { create: true });
    return "createWritable" in file ? file : null;
  } catch {
    return null; // private windows have none
  }
}

/** Copies a piece out of shared memory, which the types do not allow. */
function inOwnMemory(piece: Uint8Array): Uint8Array<ArrayBuffer> {
  return piece.buffer instanceof ArrayBuffer ? (piece as Uint8Array<ArrayBuffer>) : new Uint8Array(piece);
}
