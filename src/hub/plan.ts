/** What fetching a model would bring and cost, before a byte of its weights is asked for. */
import { INDEX } from "../formats/safetensors/shards.ts";
import { weightMap } from "../formats/huggingface/modelFolder.ts";
import { fileSize } from "../math/bytes.ts";
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
  /** Bytes of an earlier try that are there already. */
  readonly keptBytes: number;
  /** Free bytes where it would be kept; null where nobody knows. */
  readonly freeBytes: number | null;
}

/** Finds the commit of a revision and the files that a run needs. Small lists are fetched, nothing is kept. */
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
    bytes: total(files.map(({ bytes }) => bytes)),
    keptBytes: total(kept),
    freeBytes: await storage.freeBytes(),
  };
}

/** Throws, with the numbers, when what is missing does not fit. */
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
    throw new HubError(`${file.path}: ${hostOf(hub)} sent other bytes than it lists. Try again later.`);
  return chooseShards(repository, weightMap(bytes));
}

/** Two files of one name would overwrite each other; a name that the record has would overwrite it. */
function checkNames({ name }: Repository, files: readonly RemoteFile[]): void {
  const names = files.map(fileName);
  if (new Set(names).size === names.length) return;
  throw new HubError(
    `${name} has several files of one name among those that are needed. Choose another model.`,
  );
}

/** A file in memory. */
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

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
