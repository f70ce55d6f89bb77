/** Resumable download of a planned model, file by file, each verified by its checksum. */
import { digestOf } from "./digest.ts";
import { downloadFile } from "./downloadFile.ts";
import { fileName, folderOf, readEntry, writeEntry, type Entry, type EntryFile } from "./entry.ts";
import { hostOf, type Hub } from "./hub.ts";
import { HubError } from "./hubError.ts";
import { checkFreeSpace, type DownloadPlan } from "./plan.ts";
import type { ModelStorage } from "./storage.ts";

/** Progress of a download, in bytes of the current file and of all files. */
export interface DownloadProgress {
  /** The current file. */
  readonly path: string;
  readonly fileDone: number;
  readonly fileBytes: number;
  readonly done: number;
  readonly bytes: number;
}

interface DownloadWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DownloadProgress) => void;
}

/** Downloads the missing bytes and returns the model's folder. If it fails or is aborted, the next call resumes. */
export async function download(
  hub: Hub,
  storage: ModelStorage,
  plan: DownloadPlan,
  watch: DownloadWatch,
): Promise<string> {
  checkFreeSpace(plan);
  const folder = folderOf(plan.id, plan.commit);
  const entry = await beginEntry(storage, folder, plan);
  let before = 0;
  for (const file of entry.files) {
    const { path, bytes } = file;
    const report = (fileDone: number): void => {
      watch.onProgress({ path, fileDone, fileBytes: bytes, done: before + fileDone, bytes: plan.bytes });
    };
    const keep = (): Promise<void> => writeEntry(storage, folder, entry);
    if (!file.isComplete)
      await fetchVerified(hub, storage, { folder, entry, file, keep }, watch.signal, report);
    report(bytes);
    before += bytes;
  }
  return folder;
}

interface Fetching {
  readonly folder: string;
  readonly entry: Entry;
  readonly file: EntryFile;
  /** Writes the current state of `entry`. */
  readonly keep: () => Promise<void>;
}

/** Resumes an earlier record or creates one; a file is complete only if its bytes are still there. */
async function beginEntry(storage: ModelStorage, folder: string, plan: DownloadPlan): Promise<Entry> {
  const earlier = await readEntry(storage, folder);
  const { repository, revision, file } = plan.id;
  const known = earlier === null || earlier === "damaged" ? [] : earlier.files;
  const files = await Promise.all(
    plan.files.map(async ({ path, bytes, digest }): Promise<EntryFile> => {
      const same = known.find((one) => one.path === path && one.digest.hex === digest.hex);
      const size = (await storage.open(folder, fileName({ path })))?.size;
      const isComplete = same?.isComplete === true && size === bytes;
      return { path, bytes, digest, etag: same?.etag ?? null, isComplete };
    }),
  );
  const { commit, source } = plan;
  const entry = { repository, revision, file, commit, source, asked: new Date().toISOString(), files };
  await writeEntry(storage, folder, entry);
  return entry;
}

/** Downloads a file and verifies its digest; retries a mismatch once. */
async function fetchVerified(
  hub: Hub,
  storage: ModelStorage,
  { folder, entry, file, keep }: Fetching,
  signal: AbortSignal,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const name = fileName(file);
  for (const isLast of [false, true]) {
    const writer = await storage.write(folder, name);
    const part = {
      writer,
      get etag() {
        return file.etag;
      },
      async keepEtag(etag: string | null) {
        file.etag = etag;
        await keep();
      },
    };
    try {
      await downloadFile(hub, { ...entry, file }, part, { signal, onProgress });
    } finally {
      writer.close();
    }
    const found = await storedDigest(storage, folder, file, signal);
    file.isComplete = found === file.digest.hex;
    if (!file.isComplete) await empty(storage, folder, file);
    await keep();
    if (file.isComplete) return;
    if (isLast) failDigest(hub, file, found);
  }
}

async function storedDigest(
  storage: ModelStorage,
  folder: string,
  file: EntryFile,
  signal: AbortSignal,
): Promise<string | null> {
  const source = await storage.open(folder, fileName(file));
  return source === null ? null : digestOf(file.digest.kind, source, signal);
}

async function empty(storage: ModelStorage, folder: string, file: EntryFile): Promise<void> {
  file.etag = null;
  const writer = await storage.write(folder, fileName(file));
  writer.truncate(0);
  writer.close();
}

function failDigest(hub: Hub, { path, digest }: EntryFile, found: string | null): never {
  const kind = digest.kind === "sha256" ? "SHA-256" : "git SHA-1";
  throw new HubError(
    `${path} was downloaded twice with the ${kind} ${String(found)}, but ${hostOf(hub)} lists ${digest.hex}. ` +
      "The file was discarded. Something between here and the Hub alters it: try another network, or try again later.",
  );
}
