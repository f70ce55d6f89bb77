/** Files and folders that a drop or a picker hands over -> files with their paths. */
import type { DroppedFile } from "../store/setup/dropped.ts";

/** What was dropped, folders walked through. Reads the transfer at once: it is empty after the event. */
export async function filesOf({ items, files }: DataTransfer): Promise<DroppedFile[]> {
  const found = Array.from(items, (item) => item.webkitGetAsEntry());
  const entries = found.filter((entry) => entry !== null);
  if (entries.length < found.length) return pickedFiles(files); // dragged by a script, which has no folders
  const walked = await Promise.all(entries.map((entry) => walk(entry, "")));
  return walked.flat();
}

/** What a file input holds; files of a chosen folder know their path. */
export function pickedFiles(files: FileList): DroppedFile[] {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

async function walk(entry: FileSystemEntry, folder: string): Promise<DroppedFile[]> {
  const path = folder + entry.name;
  if (isFile(entry)) return [{ path, file: await new Promise<File>((...done) => entry.file(...done)) }];
  if (!isDirectory(entry)) return [];
  const walked: DroppedFile[] = [];
  for (const child of await childrenOf(entry.createReader())) walked.push(...(await walk(child, `${path}/`)));
  return walked;
}

/** A reader hands over a hundred entries at most, and none at the end. */
async function childrenOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const next = await new Promise<FileSystemEntry[]>((...done) => reader.readEntries(...done));
  return next.length === 0 ? [] : [...next, ...(await childrenOf(reader))];
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
