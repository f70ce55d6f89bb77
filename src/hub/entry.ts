/** The record of a fetched model: a small JSON beside its files that says what they are and how far they have come. */
import * as z from "zod/mini";
import type { ByteSource } from "../formats/byteSource.ts";
import type { ModelId } from "./modelId.ts";
import type { RemoteFile } from "./repository.ts";
import type { ModelStorage } from "./storage.ts";

const record = z.object({
  repository: z.string(),
  /** As the user asked for it. */
  revision: z.string(),
  file: z.nullable(z.string()),
  commit: z.string(),
  /** Address of the Hub. */
  source: z.string(),
  /** When it was asked for, ISO 8601. */
  asked: z.string(),
  files: z.array(
    z.object({
      path: z.string(),
      bytes: z.number(),
      digest: z.object({ kind: z.enum(["sha256", "git-sha1"]), hex: z.string() }),
      /** Version of the bytes that are there. */
      etag: z.nullable(z.string()),
      /** Whether all are there and have that digest. */
      isComplete: z.boolean(),
    }),
  ),
});

export type Entry = z.infer<typeof record>;
export type EntryFile = Entry["files"][number];

const RECORD = "download.json";

/** Name of a model's folder: no character in it means anything to a file system. */
export function folderOf({ repository, file }: ModelId, commit: string): string {
  return encodeURIComponent(`${repository}@${commit}${file === null ? "" : `:${file}`}`);
}

/** Name of a file within the folder. */
export function fileName({ path }: Pick<RemoteFile, "path">): string {
  return path.split("/").at(-1) ?? path;
}

/** Reads a record; null when there is none, "damaged" when it cannot be read. */
export async function readEntry(storage: ModelStorage, folder: string): Promise<Entry | null | "damaged"> {
  const source = await storage.open(folder, RECORD);
  if (source === null) return null;
  const parsed = record.safeParse(await parseJson(source));
  return parsed.success ? parsed.data : "damaged";
}

/** Writes a record in place of the one before. */
export async function writeEntry(storage: ModelStorage, folder: string, entry: Entry): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(entry, null, 2)}\n`);
  const writer = await storage.write(folder, RECORD);
  try {
    writer.write(bytes, 0);
    writer.truncate(bytes.length);
  } finally {
    writer.close();
  }
}

async function parseJson(source: ByteSource): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await source.read(0, source.size)));
  } catch {
    return null; // a record that was cut off: no entry, and the schema says so
  }
}
