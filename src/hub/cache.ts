/** The local cache of downloaded models and data sets: lists, finds, verifies and opens them. */
import type { ByteSource } from "../formats/byteSource.ts";
import { digestOf } from "./digest.ts";
import { fileName, readEntry, type Entry } from "./entry.ts";
import { HubError } from "./hubError.ts";
import { isCommit, type HubId } from "./hubId.ts";
import type { ModelStorage } from "./storage.ts";

/** A cached model or data set, complete or partially downloaded. */
export interface StoredModel extends Omit<Entry, "files"> {
  readonly folder: string;
  readonly bytes: number;
  /** Bytes downloaded so far. */
  readonly keptBytes: number;
  readonly isComplete: boolean;
}

export interface StoredModels {
  /** Sorted by folder name. */
  readonly models: readonly StoredModel[];
  /** Names of folders deleted because their record was missing or unreadable. */
  readonly removed: readonly string[];
}

/** Lists the cache and deletes folders without a readable record. */
export async function listStored(storage: ModelStorage): Promise<StoredModels> {
  const models: StoredModel[] = [];
  const removed: string[] = [];
  for (const folder of [...(await storage.folders())].sort()) {
    const entry = await readEntry(storage, folder);
    if (entry === null || entry === "damaged") {
      await storage.remove(folder);
      removed.push(decodeURIComponent(folder));
    } else {
      models.push(await describe(storage, folder, entry));
    }
  }
  return { models, removed };
}

async function describe(storage: ModelStorage, folder: string, entry: Entry): Promise<StoredModel> {
  const { files, ...about } = entry;
  let [bytes, keptBytes] = [0, 0];
  for (const file of files) {
    bytes += file.bytes;
    keptBytes += Math.min((await storage.open(folder, fileName(file)))?.size ?? 0, file.bytes);
  }
  return { ...about, folder, bytes, keptBytes, isComplete: files.every(({ isComplete }) => isComplete) };
}

/** Returns the most recently requested complete download that matches `id`, or null. */
export async function findStored(storage: ModelStorage, id: HubId): Promise<StoredModel | null> {
  const { models } = await listStored(storage);
  const fitting = models.filter(
    ({ repository, file, revision, commit, isComplete }) =>
      isComplete &&
      repository === id.repository &&
      file === id.file &&
      (isCommit(id.revision) ? commit : revision) === id.revision,
  );
  return fitting.sort((a, b) => a.asked.localeCompare(b.asked)).at(-1) ?? null;
}

/**
 * Opens a cached model or data set after verifying the size and checksum of every file. Returns its files by name. Rejects with
 * `HubError` if the model is missing or incomplete; deletes a corrupted model before rejecting.
 */
export async function openStored(
  storage: ModelStorage,
  folder: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<ReadonlyMap<string, ByteSource>> {
  const entry = await readEntry(storage, folder);
  const name = decodeURIComponent(folder);
  if (entry === null) throw new HubError(`${name} is no longer stored here. Download it again.`);
  if (entry === "damaged") return removeDamaged(storage, folder, "its record cannot be read");
  if (!entry.files.every(({ isComplete }) => isComplete))
    throw new HubError(`${name} is only partially downloaded. Resume its download first.`);
  const total = entry.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const sources = new Map<string, ByteSource>();
  let before = 0;
  for (const { path, bytes, digest } of entry.files) {
    const source = await storage.open(folder, fileName({ path }));
    if (source?.size !== bytes) {
      const size = source === null ? "is missing" : `has ${source.size} bytes, not ${bytes}`;
      return removeDamaged(storage, folder, `${path} ${size}`);
    }
    const start = before;
    const found = await digestOf(digest.kind, source, signal, (done) => onProgress(start + done, total));
    if (found !== digest.hex)
      return removeDamaged(storage, folder, `the checksum of ${path} has changed since the download`);
    sources.set(fileName({ path }), source);
    before += bytes;
  }
  return sources;
}

/** Opens the files of a cached model, complete or not, by name and without verifying them: for planning, not for running. */
export async function storedFiles(
  storage: ModelStorage,
  folder: string,
): Promise<ReadonlyMap<string, ByteSource>> {
  const entry = await readEntry(storage, folder);
  if (entry === null || entry === "damaged")
    throw new HubError(`${decodeURIComponent(folder)} is not stored`);
  const sources = new Map<string, ByteSource>();
  for (const file of entry.files) {
    const source = await storage.open(folder, fileName(file));
    if (source !== null) sources.set(fileName(file), source);
  }
  return sources;
}

async function removeDamaged(storage: ModelStorage, folder: string, problem: string): Promise<never> {
  await storage.remove(folder);
  throw new HubError(
    `${decodeURIComponent(folder)} is damaged: ${problem}. It has been removed from the cache: download it again.`,
  );
}
