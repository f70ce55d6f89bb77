/** Models of a Hub in a folder on disk. */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { ByteSource } from "../../src/formats/byteSource.ts";
import type { FileWriter, ModelStorage } from "../../src/hub/storage.ts";
import { fileSource } from "./fileSource.ts";

/** Keeps models below `root`, which is made when something is written. */
export class DiskStorage implements ModelStorage {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  folders(): Promise<string[]> {
    if (!existsSync(this.#root)) return Promise.resolve([]);
    const entries = readdirSync(this.#root, { withFileTypes: true });
    return Promise.resolve(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name));
  }

  open(folder: string, name: string): Promise<ByteSource | null> {
    const path = join(this.#root, folder, name);
    return Promise.resolve(existsSync(path) ? fileSource(path) : null);
  }

  write(folder: string, name: string): Promise<FileWriter> {
    mkdirSync(join(this.#root, folder), { recursive: true });
    return Promise.resolve(new DiskWriter(join(this.#root, folder, name)));
  }

  remove(folder: string): Promise<void> {
    rmSync(join(this.#root, folder), { recursive: true, force: true });
    return Promise.resolve();
  }

  freeBytes(): Promise<number> {
    mkdirSync(this.#root, { recursive: true });
    const { bavail, bsize } = statfsSync(this.#root);
    return Promise.resolve(bavail * bsize);
  }
}

class DiskWriter implements FileWriter {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT);
  }

  get size(): number {
    return fstatSync(this.#file).size;
  }

  write(bytes: Uint8Array, at: number): void {
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#file, bytes, done, bytes.length - done, at + done);
  }

  truncate(size: number): void {
    ftruncateSync(this.#file, size);
  }

  close(): void {
    closeSync(this.#file);
  }
}
