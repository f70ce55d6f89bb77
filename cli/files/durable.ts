/** Atomic writes: a file or folder is complete or absent, even after a crash. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { piecesOf, type Outgoing, type Streamed } from "../../src/formats/streamed.ts";

/** Suffix of an incomplete file or folder. */
export const PARTIAL = ".partial";

/** A file's content; large files are written in pieces. */
export type Content = Outgoing | string;

/** Writes a folder atomically. `path` must not exist. */
export async function writeFolder(path: string, files: ReadonlyMap<string, Content>): Promise<void> {
  const partial = path + PARTIAL;
  rmSync(partial, { recursive: true, force: true }); // left by a killed run
  mkdirSync(partial, { recursive: true });
  for (const [name, content] of files) {
    mkdirSync(dirname(join(partial, name)), { recursive: true });
    await writePieces(join(partial, name), content);
  }
  syncFolder(partial);
  renameSync(partial, path);
  syncFolder(dirname(path));
}

/** Writes or replaces a file atomically. */
export function writeFile(path: string, content: string): void {
  writeFileSync(path + PARTIAL, content, { flush: true });
  complete(path);
}

/** Writes or replaces a large file atomically, in pieces. */
export async function writeStream(path: string, content: Streamed): Promise<void> {
  await writePieces(path + PARTIAL, content);
  complete(path);
}

function complete(path: string): void {
  renameSync(path + PARTIAL, path);
  syncFolder(dirname(path));
}

/** Names of the complete entries of a folder; none when it does not exist. */
export function completeEntries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith(PARTIAL)) : [];
}

async function writePieces(path: string, content: Content): Promise<void> {
  const pieces = typeof content === "string" ? [content] : piecesOf(content);
  const file = openSync(path, "w");
  try {
    for await (const piece of pieces) writeFileSync(file, piece); // appends
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes new and renamed entries of a folder durable. Windows neither supports nor needs it. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
