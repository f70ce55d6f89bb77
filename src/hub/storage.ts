/** Storage of the model cache, one folder per model: OPFS in the browser, the file system on the command line. */
import type { ByteSource } from "../formats/byteSource.ts";

export interface ModelStorage {
  /** Returns the names of all folders. */
  folders(): Promise<readonly string[]>;
  /** Opens the current content of a file; null if it does not exist. */
  open(folder: string, name: string): Promise<ByteSource | null>;
  /** Opens a file for writing, creating it and its folder if needed. Rejects if it is already being written. */
  write(folder: string, name: string): Promise<FileWriter>;
  /** Deletes a folder and its content. */
  remove(folder: string): Promise<void>;
  /** Returns the free bytes; null if unknown. */
  freeBytes(): Promise<number | null>;
}

/** A file open for writing. Written bytes are kept even if the writer is closed early. */
export interface FileWriter {
  readonly size: number;
  write(bytes: Uint8Array, at: number): void;
  truncate(size: number): void;
  close(): void;
}
