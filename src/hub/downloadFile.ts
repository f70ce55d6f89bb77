/** Resumable download of one file of a repository. */
import type { EntryFile } from "./entry.ts";
import { hostOf, retry, send, type Hub } from "./hub.ts";
import { TransientError } from "./hubError.ts";
import type { RemoteFile } from "./repository.ts";
import type { FileWriter } from "./storage.ts";

/** A file that is being downloaded. */
interface FileDownload {
  readonly hub: Hub;
  readonly repository: string;
  readonly commit: string;
  /** Its `etag` is that of the downloaded part. */
  readonly file: EntryFile;
  readonly writer: FileWriter;
  /** Stores the current state of `file` for later attempts. */
  readonly keep: () => Promise<void>;
  readonly signal: AbortSignal;
  /** Receives the total bytes downloaded so far. */
  readonly onProgress: (bytes: number) => void;
}

/** Downloads the missing bytes, until the writer holds as many as the Hub lists. Keeps the downloaded part if aborted. */
export async function downloadFile(download: FileDownload): Promise<void> {
  const { hub, repository, commit, file, writer, signal } = download;
  let sendsIfRange = true;
  const attempt = async (): Promise<void> => {
    if (writer.size > file.bytes) writer.truncate(0);
    if (writer.size === file.bytes) return;
    const headers = rangeFrom(download, sendsIfRange);
    // CORS may forbid the If-Range header; after a failure, rely on comparing the response's ETag instead.
    if ("If-Range" in headers) sendsIfRange = false;
    const response = await send(hub, { ...requestFor(hub, repository, commit, file), headers }, signal);
    sendsIfRange = true;
    await receive(response, download);
  };
  await retry(hub, attempt, () => writer.size, signal);
}

/** Returns the request of a file of a repository at a commit. */
export function requestFor(hub: Hub, repository: string, commit: string, { path }: RemoteFile) {
  const escaped = path.split("/").map(encodeURIComponent).join("/");
  return { url: `${hub.endpoint}/${repository}/resolve/${commit}/${escaped}`, what: path, repository };
}

/** Range headers that resume after the part. If-Range needs a strong ETag: a weak one does not promise equal bytes. */
function rangeFrom({ writer, file: { etag } }: FileDownload, sendsIfRange: boolean): Record<string, string> {
  if (writer.size === 0) return {};
  const isStrong = etag !== null && !etag.startsWith("W/");
  return { Range: `bytes=${writer.size}-`, ...(isStrong && sendsIfRange && { "If-Range": etag }) };
}

async function receive(response: Response, download: FileDownload): Promise<void> {
  const { hub, file, writer, keep, signal, onProgress } = download;
  const { path, bytes } = file;
  const restart = async (reason: string): Promise<never> => {
    writer.truncate(0);
    file.etag = null;
    await keep();
    await response.body?.cancel().catch(() => undefined); // a failed body cannot be cancelled
    throw new TransientError(`${path}: ${hostOf(hub)} ${reason}`, 0);
  };
  const problem = partProblem(response, download);
  if (problem !== null) await restart(problem);
  if (response.status === 200) writer.truncate(0); // the server sends the whole file
  if (writer.size === 0) {
    file.etag = response.headers.get("ETag");
    await keep();
  }
  for await (const chunk of chunksOf(response, path, signal)) {
    if (writer.size + chunk.length > bytes) await restart(`sent more than the ${bytes} bytes it lists`);
    writer.write(chunk, writer.size);
    onProgress(writer.size);
  }
  if (writer.size < bytes)
    throw new TransientError(`${path}: the connection ended after ${writer.size} of ${bytes} bytes`);
}

/** Explains why a response does not continue the part; null if it does or holds the whole file. */
function partProblem({ status, headers }: Response, { writer, file }: FileDownload): string | null {
  if (status === 200) return null;
  if (status === 416) return `has fewer than the ${writer.size} bytes already downloaded`;
  const now = headers.get("ETag");
  if (file.etag !== null && now !== null && now !== file.etag)
    return "now has a different version of the file";
  const range = headers.get("Content-Range") ?? "";
  const [, begin, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range) ?? [];
  const isNext = Number(begin) === writer.size && (total === "*" || Number(total) === file.bytes);
  return isNext ? null : `sent "${range}" instead of continuing at byte ${writer.size} of ${file.bytes}`;
}

async function* chunksOf(response: Response, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown): never => {
        signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        throw new TransientError(`${path}: the connection was lost (${reason})`);
      });
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}
