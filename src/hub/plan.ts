/** Download plan of a model: its commit, files and sizes, known before any weights are downloaded. */
import { bytesSource } from "../formats/byteSource.ts";
import { INDEX } from "../formats/safetensors/shards.ts";
import { weightMap } from "../formats/huggingface/modelFolder.ts";
import { fileSize } from "../math/bytes.ts";
import { sum } from "../math/stats.ts";
import { chooseFiles, chooseShards } from "./chooseFiles.ts";
import { digestOf } from "./digest.ts";
import { requestFor } from "./downloadFile.ts";
import { fileName, folderOf } from "./entry.ts";
import { hostOf, retry, send, type Hub } from "./hub.ts";
import { HubError, TransientError } from "./hubError.ts";
import type { ModelId } from "./modelId.ts";
import { listRepository, type RemoteFile, type Repository } from "./repository.ts";
import type { ModelStorage } from "./storage.ts";

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

/** Downloads an index, which is small and therefore not resumed, and returns the shards that it lists. */
async function shardsOf(
  hub: Hub,
  repository: Repository,
  file: RemoteFile,
  signal: AbortSignal,
): Promise<readonly RemoteFile[]> {
  const request = requestFor(hub, repository.name, repository.commit, file);
  const read = async (): Promise<Uint8Array> => {
    const response = await send(hub, request, signal);
    const content = await response.arrayBuffer().catch((error: unknown): never => {
      signal.throwIfAborted();
      throw new TransientError(`${file.path}: the connection was lost (${String(error)})`);
    });
    return new Uint8Array(content);
  };
  const bytes = await retry(hub, read, () => 0, signal);
  if ((await digestOf(file.digest.kind, bytesSource(bytes), signal)) !== file.digest.hex)
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
