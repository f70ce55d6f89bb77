/** Files that are complete or absent, whenever the program or the machine stops. */
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

/** Suffix of a file or folder until it is complete. */
export const PARTIAL = ".partial";

/** A file's content; of a large one piece by piece, so that it need not be in memory twice. */
export type Content = Outgoing | string;

/** Writes a whole folder under a new name: it appears complete or not at all. `path` must not exist. */
export async function writeFolder(path: string, files: ReadonlyMap<string, Content>): Promise<void> {
  const partial = path + PARTIAL;
  rmSync(partial, { recursive: true, force: true }); // left by a run that was killed
  mkdirSync(partial, { recursive: true });
  for (const [name, content] of files) {
    mkdirSync(dirname(join(partial, name)), { recursive: true });
    await writePieces(join(partial, name), content);
  }
  syncFolder(partial);
  renameSync(partial, path);
  syncFolder(dirname(path));
}

/** Writes a file, replacing an older one in a single step. */
export function writeFile(path: string, content: string): void {
  writeFileSync(path + PARTIAL, content, { flush: true });
  complete(path);
}

/** The same of a large one, piece by piece. */
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
    for await (const piece of pieces) writeFileSync(file, piece); // goes on where the last ended
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A new or renamed entry is on disk only when its folder is. Windows syncs no folders, and needs not. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
