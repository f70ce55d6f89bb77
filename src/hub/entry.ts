/** The record of a cached model: download.json, which lists its files, their checksums and their download state. */
import * as z from "zod/mini";
import type { ByteSource } from "../formats/byteSource.ts";
import type { HubId } from "./hubId.ts";
import type { RemoteFile } from "./repository.ts";
import type { ModelStorage } from "./storage.ts";

const record = z.object({
  repository: z.string(),
  /** As given by the user. */
  revision: z.string(),
  file: z.nullable(z.string()),
  commit: z.string(),
  /** Address of the Hub. */
  source: z.string(),
  /** Time of the request, ISO 8601. */
  asked: z.string(),
  files: z.array(
    z.object({
      path: z.string(),
      bytes: z.number(),
      digest: z.object({ kind: z.enum(["sha256", "git-sha1"]), hex: z.string() }),
      /** Version of the downloaded bytes. */
      etag: z.nullable(z.string()),
      /** True once all bytes are downloaded and the digest is verified. */
      isComplete: z.boolean(),
    }),
  ),
});

export type Entry = z.infer<typeof record>;
export type EntryFile = Entry["files"][number];

const RECORD = "download.json";

/** Returns the folder name of a model, percent-encoded so that every file system accepts it. */
export function folderOf({ repository, file }: HubId, commit: string): string {
  return encodeURIComponent(`${repository}@${commit}${file === null ? "" : `:${file}`}`);
}

/** Returns the name of a file within its model's folder. */
export function fileName({ path }: Pick<RemoteFile, "path">): string {
  return path.split("/").at(-1) ?? path;
}

/** Reads a record; null if there is none, "damaged" if it cannot be parsed. */
export async function readEntry(storage: ModelStorage, folder: string): Promise<Entry | null | "damaged"> {
  const source = await storage.open(folder, RECORD);
  if (source === null) return null;
  const parsed = record.safeParse(await parseJson(source));
  return parsed.success ? parsed.data : "damaged";
}

/** Writes a record, replacing an earlier one. */
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
    return null; // a truncated record, which the schema then rejects
  }
}
