/** A file on disk that need not fit in memory. */
import { statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import type { ByteSource } from "../../src/formats/byteSource.ts";
import { InputError } from "../inputError.ts";
import { failReading } from "./textFile.ts";

/** A file, opened for each read: there are few of them, and nobody would close it. */
export function fileSource(path: string): ByteSource {
  return {
    size: sizeOf(path),
    async read(begin, end) {
      try {
        const file = await open(path);
        return await readPart(file, begin, end, basename(path)).finally(() => file.close());
      } catch (error) {
        if (error instanceof InputError) throw error;
        return failReading(path, error);
      }
    },
  };
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    return failReading(path, error);
  }
}

/** Systems read 2 GB at most at once. */
const MOST_AT_ONCE = 2 ** 30;

async function readPart(
  file: FileHandle,
  begin: number,
  end: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - begin);
  for (let at = 0; at < bytes.length;) {
    const most = Math.min(bytes.length - at, MOST_AT_ONCE);
    const { bytesRead } = await file.read(bytes, at, most, begin + at);
    if (bytesRead === 0) throw new InputError(`${name} became shorter while it was read; export again`);
    at += bytesRead;
  }
  return bytes;
}
