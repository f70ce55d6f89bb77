/** Download plan of a model: its commit, files and sizes, known before any weights are downloaded. */
import { INDEX } from "../formats/safetensors/shards.ts";
import { weightMap } from "../formats/huggingface/modelFolder.ts";
import { fileSize } from "../math/bytes.ts";
import { sum } from "../math/stats.ts";
import { chooseFiles, chooseShards } from "./chooseFiles.ts";
import { digestOf } from "./digest.ts";
import { downloadFile } from "./downloadFile.ts";
import { fileName, folderOf } from "./entry.ts";
import { hostOf, type Hub } from "./hub.ts";
import { HubError } from "./hubError.ts";
import type { ModelId } from "./modelId.ts";
import { listRepository, type RemoteFile, type Repository } from "./repository.ts";
import type { FileWriter, ModelStorage } from "./storage.ts";

export interface DownloadPlan {
  readonly id: ModelId;
  readonly commit: string;
  /** Address of the Hub. */
  readonly source: string;
  readonly files: readonly RemoteFile[];
  readonly bytes: number;
  /** Bytes already downloaded. */
  readonly keptBytes: number;
  /** Free bytes in the storage; null if unknown. */
  readonly freeBytes: number | null;
}

/** Resolves a revision to its commit and selects the model's files. Fetches listings and indexes only; stores nothing. */
export async function planDownload(
  hub: Hub,
  storage: ModelStorage,
  id: ModelId,
  signal: AbortSignal,
): Promise<DownloadPlan> {
  const repository = await listRepository(hub, id, signal);
  const { commit } = repository;
  const first = chooseFiles(repository, id);
  const index = first.find(({ path }) => path === INDEX);
  const shards = index === undefined ? [] : await shardsOf(hub, repository, index, signal);
  const files = [...first, ...shards];
  checkNames(repository, files);
  const folder = folderOf(id, commit);
  const kept = await Promise.all(
    files.map(async (file) => Math.min((await storage.open(folder, fileName(file)))?.size ?? 0, file.bytes)),
  );
  return {
    id,
    commit,
    source: hub.endpoint,
    files,
    bytes: sum(files.map(({ bytes }) => bytes)),
    keptBytes: sum(kept),
    freeBytes: await storage.freeBytes(),
  };
}

/** Throws `HubError` if the missing bytes exceed the free space. */
export function checkFreeSpace({ id, bytes, keptBytes, freeBytes }: DownloadPlan): void {
  const missing = bytes - keptBytes;
  if (freeBytes === null || missing <= freeBytes) return;
  throw new HubError(
    `${id.repository} needs ${fileSize(missing)} more, and ${fileSize(freeBytes)} are free here. ` +
      "Delete stored models, free some space, or choose a smaller model.",
  );
}

async function shardsOf(
  hub: Hub,
  repository: Repository,
  file: RemoteFile,
  signal: AbortSignal,
): Promise<readonly RemoteFile[]> {
  const memory = new MemoryWriter(file.bytes);
  const part = { writer: memory, etag: null, keepEtag: () => Promise.resolve() };
  const { name, commit } = repository;
  await downloadFile(hub, { repository: name, commit, file }, part, { signal, onProgress: () => undefined });
  const { bytes } = memory;
  const source = {
    size: bytes.length,
    read: (begin: number, end: number) => Promise.resolve(bytes.slice(begin, end)),
  };
  if ((await digestOf(file.digest.kind, source, signal)) !== file.digest.hex)
    throw new HubError(
      `${file.path}: the checksum differs from the one ${hostOf(hub)} lists. Try again later.`,
    );
  return chooseShards(repository, weightMap(bytes));
}

/** Files are stored by name without their folder: equal names would overwrite each other. */
function checkNames({ name }: Repository, files: readonly RemoteFile[]): void {
  const names = files.map(fileName);
  if (new Set(names).size === names.length) return;
  throw new HubError(`${name} has several required files with the same name. Choose another model.`);
}

/** A file in memory of a known size. */
class MemoryWriter implements FileWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  size = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  write(bytes: Uint8Array, at: number): void {
    this.bytes.set(bytes, at);
    this.size = at + bytes.length;
  }

  truncate(size: number): void {
    this.size = size;
  }

  close(): void {}
}
