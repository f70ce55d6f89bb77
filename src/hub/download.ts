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

/** Downloads the missing bytes and returns the model's folder. If it fails or is aborted, the next call resumes. */
export async function download(
  hub: Hub,
  storage: ModelStorage,
  plan: DownloadPlan,
  watch: { readonly signal: AbortSignal; readonly onProgress: (progress: DownloadProgress) => void },
): Promise<string> {
  checkFreeSpace(plan);
  const folder = folderOf(plan.id, plan.commit);
  const entry = await beginEntry(storage, folder, plan);
  let before = 0;
  for (const file of entry.files) {
    const { path, bytes } = file;
    const onProgress = (fileDone: number): void => {
      watch.onProgress({ path, fileDone, fileBytes: bytes, done: before + fileDone, bytes: plan.bytes });
    };
    if (!file.isComplete)
      await fetchVerified(storage, folder, entry, { hub, file, signal: watch.signal, onProgress });
    onProgress(bytes);
    before += bytes;
  }
  return folder;
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
  storage: ModelStorage,
  folder: string,
  entry: Entry,
  fetching: Pick<Parameters<typeof downloadFile>[0], "hub" | "file" | "signal" | "onProgress">,
): Promise<void> {
  const { hub, file, signal } = fetching;
  const { repository, commit } = entry;
  const name = fileName(file);
  const keep = (): Promise<void> => writeEntry(storage, folder, entry);
  for (const isLast of [false, true]) {
    const writer = await storage.write(folder, name);
    try {
      await downloadFile({ ...fetching, repository, commit, writer, keep });
    } finally {
      writer.close();
    }
    const source = await storage.open(folder, name);
    const found = source && (await digestOf(file.digest.kind, source, signal));
    file.isComplete = found === file.digest.hex;
    if (!file.isComplete) {
      file.etag = null;
      const emptied = await storage.write(folder, name);
      emptied.truncate(0);
      emptied.close();
    }
    await keep();
    if (file.isComplete) return;
    if (isLast) failDigest(hub, file, found);
  }
}

function failDigest(hub: Hub, { path, digest }: EntryFile, found: string | null): never {
  const kind = digest.kind === "sha256" ? "SHA-256" : "git SHA-1";
  throw new HubError(
    `${path} was downloaded twice with the ${kind} ${String(found)}, but ${hostOf(hub)} lists ${digest.hex}. ` +
      "The file was discarded. Something between here and the Hub alters it: try another network, or try again later.",
  );
}
