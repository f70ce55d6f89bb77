/** Download plan of a model or a data set: its commit, files and sizes, known before anything large is downloaded. */
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
import { isDataset, type HubId } from "./hubId.ts";
import { listSplit } from "./chooseSplit.ts";
import { listRepository, type RemoteFile, type Repository } from "./repository.ts";
import type { ModelStorage } from "./storage.ts";

export interface DownloadPlan {
  /** As given by the user; of a data set, its `file` is the chosen split. */
  readonly id: HubId;
  readonly commit: string;
  /** Address of the Hub. */
  readonly source: string;
  readonly files: readonly RemoteFile[];
  readonly bytes: number;
  /** Bytes already downloaded. */
  readonly keptBytes: number;
  /** Free bytes in the storage; null if unknown. */
  readonly freeBytes: number | null;
  /** Of a data set, the names of the splits to choose from. */
  readonly splits: readonly string[];
  /** Sentences about what was chosen. */
  readonly notes: readonly string[];
}

/** Resolves a revision to its commit and selects the files. Fetches listings and indexes only; stores nothing. */
export async function planDownload(
  hub: Hub,
  storage: ModelStorage,
  id: HubId,
  signal: AbortSignal,
): Promise<DownloadPlan> {
  if (!isDataset(id)) {
    const repository = await listRepository(hub, id, signal);
    const files = await modelFiles(hub, repository, id, signal);
    return planFiles(hub, storage, { id, repository, files, splits: [], notes: [] });
  }
  const { split, ...chosen } = await listSplit(hub, id, signal);
  return planFiles(hub, storage, { ...chosen, id: { ...id, file: split.name }, files: split.files });
}

interface ChosenFiles extends Pick<DownloadPlan, "id" | "files" | "splits" | "notes"> {
  readonly repository: Repository;
}

async function planFiles(
  hub: Hub,
  storage: ModelStorage,
  { repository, ...chosen }: ChosenFiles,
): Promise<DownloadPlan> {
  const { id, files } = chosen;
  const { commit } = repository;
  checkNames(repository, files);
  const folder = folderOf(id, commit);
  const kept = await Promise.all(
    files.map(async (file) => Math.min((await storage.open(folder, fileName(file)))?.size ?? 0, file.bytes)),
  );
  return {
    ...chosen,
    commit,
    source: hub.endpoint,
    bytes: sum(files.map(({ bytes }) => bytes)),
    keptBytes: sum(kept),
    freeBytes: await storage.freeBytes(),
  };
}

async function modelFiles(
  hub: Hub,
  repository: Repository,
  id: HubId,
  signal: AbortSignal,
): Promise<readonly RemoteFile[]> {
  const first = chooseFiles(repository, id);
  const index = first.find(({ path }) => path === INDEX);
  return index === undefined ? first : [...first, ...(await shardsOf(hub, repository, index, signal))];
}

/** Throws `HubError` if the missing bytes exceed the free space. */
export function checkFreeSpace({ id, bytes, keptBytes, freeBytes }: DownloadPlan): void {
  const missing = bytes - keptBytes;
  if (freeBytes === null || missing <= freeBytes) return;
  throw new HubError(
    `${id.repository} needs ${fileSize(missing)} more, and ${fileSize(freeBytes)} are free here. ` +
      "Delete stored models and data sets, free some space, or choose a smaller one.",
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
  throw new HubError(`${name} has several required files with the same name. Choose another repository.`);
}
