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

/** What an unfinished file or folder is called until it is complete. */
export const PARTIAL = ".partial";

/** A file's content; of a large one piece by piece, so that it need not be in memory twice. */
export type Content = Uint8Array | string | Iterable<Uint8Array>;

/** Writes a whole folder under a new name: it appears complete or not at all. `path` must not exist. */
export function writeFolder(path: string, files: ReadonlyMap<string, Content>): void {
  const partial = path + PARTIAL;
  rmSync(partial, { recursive: true, force: true }); // left by a run that was killed
  mkdirSync(partial, { recursive: true });
  for (const [name, content] of files) writeSynced(join(partial, name), content);
  syncFolder(partial);
  renameSync(partial, path);
  syncFolder(dirname(path));
}

/** Writes a file, replacing an older one in a single step. */
export function writeFile(path: string, content: Content): void {
  writeSynced(path + PARTIAL, content);
  renameSync(path + PARTIAL, path);
  syncFolder(dirname(path));
}

/** Names of the complete entries of a folder; none when it does not exist. */
export function completeEntries(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith(PARTIAL)) : [];
}

function writeSynced(path: string, content: Content): void {
  const file = openSync(path, "w");
  try {
    const isWhole = typeof content === "string" || content instanceof Uint8Array;
    for (const piece of isWhole ? [content] : content) writeFileSync(file, piece); // goes on where the last ended
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
