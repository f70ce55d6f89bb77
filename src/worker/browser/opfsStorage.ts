/** Models and data sets of a Hub in the browser's own file system (OPFS). Writing works only in a worker. */
import { blobSource, type ByteSource } from "../../formats/byteSource.ts";
import { HubError } from "../../hub/hubError.ts";
import type { FileWriter, ModelStorage } from "../../hub/storage.ts";

/** The part of a FileSystemSyncAccessHandle used here; the page's type library has none. */
interface SyncAccess {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

const ROOT = "models";

export class OpfsStorage implements ModelStorage {
  async folders(): Promise<string[]> {
    const root = (await openRoot()) as unknown as { keys(): AsyncIterable<string> }; // not in the page's type library
    const names: string[] = [];
    for await (const name of root.keys()) names.push(name);
    return names;
  }

  async open(folder: string, name: string): Promise<ByteSource | null> {
    const file = await this.file(folder, name);
    return file === null ? null : blobSource(file);
  }

  async file(folder: string, name: string): Promise<File | null> {
    const directory = await found((await openRoot()).getDirectoryHandle(folder));
    const handle = await found(directory?.getFileHandle(name));
    return handle === null ? null : handle.getFile();
  }

  async write(folder: string, name: string): Promise<FileWriter> {
    const directory = await (await openRoot()).getDirectoryHandle(folder, { create: true });
    const handle = await directory.getFileHandle(name, { create: true });
    const opener = handle as unknown as { createSyncAccessHandle(): Promise<SyncAccess> };
    return writerOf(await opener.createSyncAccessHandle().catch(failLocked));
  }

  async remove(folder: string): Promise<void> {
    await found((await openRoot()).removeEntry(folder, { recursive: true }));
  }

  async freeBytes(): Promise<number | null> {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
  }
}

async function openRoot(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true });
}

/** Returns null if the file or folder does not exist. */
async function found<T>(asked: Promise<T> | undefined): Promise<T | null> {
  try {
    return (await asked) ?? null;
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotFoundError") return null;
    throw error;
  }
}

function writerOf(file: SyncAccess): FileWriter {
  return {
    get size() {
      return file.getSize();
    },
    write(bytes, at) {
      for (let done = 0; done < bytes.length;) {
        const count = file.write(bytes.subarray(done), { at: at + done });
        if (count === 0)
          throw new HubError(
            "The browser's storage is full. Delete stored models or data sets and try again.",
          );
        done += count;
      }
    },
    truncate: (size) => file.truncate(size),
    close() {
      file.flush();
      file.close();
    },
  };
}

/** A file has one writer in all tabs. */
function failLocked(error: unknown): never {
  const isLocked = error instanceof DOMException && error.name === "NoModificationAllowedError";
  throw isLocked
    ? new HubError("Another tab is fetching this model or data set. Let it finish, or close it.")
    : error;
}
