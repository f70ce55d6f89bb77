/** Where fetched models are kept: a folder for each, and files in it. The page has OPFS, the command line a disk. */
import type { ByteSource } from "../formats/byteSource.ts";

export interface ModelStorage {
  /** Names of all folders. */
  folders(): Promise<readonly string[]>;
  /** A file as it is now; null when it is not there. */
  open(folder: string, name: string): Promise<ByteSource | null>;
  /** Opens a file for writing, made with its folder when it is not there. Rejects when someone else writes it. */
  write(folder: string, name: string): Promise<FileWriter>;
  /** Removes a folder and all in it. */
  remove(folder: string): Promise<void>;
  /** Free bytes; null where nobody knows. */
  freeBytes(): Promise<number | null>;
}

/** A file being written. It is closed in any case, and what was written stays. */
export interface FileWriter {
  readonly size: number;
  write(bytes: Uint8Array, at: number): void;
  truncate(size: number): void;
  close(): void;
}
