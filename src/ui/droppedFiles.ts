/** The files of a drop or a file picker, with their paths. */
import type { DroppedFile } from "../store/setup/dropped.ts";

/** Returns the dropped files, including those in folders. Call it during the event: the transfer is empty afterwards. */
export async function filesOf({ items, files }: DataTransfer): Promise<DroppedFile[]> {
  const found = Array.from(items, (item) => item.webkitGetAsEntry());
  const entries = found.filter((entry) => entry !== null);
  if (entries.length < found.length) return pickedFiles(files); // created by a script, which cannot create folders
  const walked = await Promise.all(entries.map((entry) => walk(entry, "")));
  return walked.flat();
}

/** Returns the files of a file input; those of a folder include their path. */
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

/** A reader returns at most 100 entries per call, and none at the end. */
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
