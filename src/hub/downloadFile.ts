/** Resumable download of one file of a repository. */
import { hostOf, retry, send, type Hub } from "./hub.ts";
import { TransientError } from "./hubError.ts";
import type { RemoteFile } from "./repository.ts";
import type { FileWriter } from "./storage.ts";

/** A file of a repository at a commit. */
interface WantedFile {
  readonly repository: string;
  readonly commit: string;
  readonly file: RemoteFile;
}

/** The downloaded part of a file and its version. */
interface FetchedPart {
  readonly writer: FileWriter;
  readonly etag: string | null;
  /** Stores the ETag of the part for this attempt and later ones. */
  keepEtag(etag: string | null): Promise<void>;
}

interface Watch {
  readonly signal: AbortSignal;
  /** Receives the total bytes downloaded so far. */
  readonly onProgress: (bytes: number) => void;
}

/** Downloads the missing bytes, until the writer holds as many as the Hub lists. Keeps the downloaded part if aborted. */
export async function downloadFile(
  hub: Hub,
  wanted: WantedFile,
  part: FetchedPart,
  watch: Watch,
): Promise<void> {
  const { writer } = part;
  let sendsIfRange = true;
  const attempt = async (): Promise<void> => {
    if (writer.size > wanted.file.bytes) writer.truncate(0);
    if (writer.size === wanted.file.bytes) return;
    const range = rangeFrom(part, sendsIfRange);
    // CORS may forbid the If-Range header; after a failure, rely on comparing the response's ETag instead.
    if ("If-Range" in range) sendsIfRange = false;
    const response = await send(hub, { ...requestFor(hub, wanted), headers: range }, watch.signal);
    sendsIfRange = true;
    await receive(hub, response, wanted, part, watch);
  };
  await retry(hub, attempt, () => writer.size, watch.signal);
}

/** Returns the request of a file of a repository at a commit. */
export function requestFor(hub: Hub, { repository, commit, file: { path } }: WantedFile) {
  const escaped = path.split("/").map(encodeURIComponent).join("/");
  return { url: `${hub.endpoint}/${repository}/resolve/${commit}/${escaped}`, what: path, repository };
}

/** Range headers that resume after the part. If-Range needs a strong ETag: a weak one does not promise equal bytes. */
function rangeFrom({ writer, etag }: FetchedPart, sendsIfRange: boolean): Record<string, string> {
  if (writer.size === 0) return {};
  const isStrong = etag !== null && !etag.startsWith("W/");
  return { Range: `bytes=${writer.size}-`, ...(isStrong && sendsIfRange && { "If-Range": etag }) };
}

async function receive(
  hub: Hub,
  response: Response,
  { file: { path, bytes } }: WantedFile,
  part: FetchedPart,
  { signal, onProgress }: Watch,
): Promise<void> {
  const { writer } = part;
  const restart = async (reason: string): Promise<never> => {
    writer.truncate(0);
    await part.keepEtag(null);
    await response.body?.cancel().catch(() => undefined); // a failed body cannot be cancelled
    throw new TransientError(`${path}: ${hostOf(hub)} ${reason}`, 0);
  };
  const problem = partProblem(response, part, bytes);
  if (problem !== null) await restart(problem);
  if (response.status === 200) writer.truncate(0); // the server sends the whole file
  if (writer.size === 0) await part.keepEtag(response.headers.get("ETag"));
  for await (const chunk of chunksOf(response, path, signal)) {
    if (writer.size + chunk.length > bytes) await restart(`sent more than the ${bytes} bytes it lists`);
    writer.write(chunk, writer.size);
    onProgress(writer.size);
  }
  if (writer.size < bytes)
    throw new TransientError(`${path}: the connection ended after ${writer.size} of ${bytes} bytes`);
}

/** Explains why a response does not continue the part; null if it does or holds the whole file. */
function partProblem(
  { status, headers }: Response,
  { writer, etag }: FetchedPart,
  bytes: number,
): string | null {
  if (status === 200) return null;
  if (status === 416) return `has fewer than the ${writer.size} bytes already downloaded`;
  const now = headers.get("ETag");
  if (etag !== null && now !== null && now !== etag) return "now has a different version of the file";
  const [, begin, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("Content-Range") ?? "") ?? [];
  const isNext = Number(begin) === writer.size && (total === "*" || Number(total) === bytes);
  return isNext
    ? null
    : `sent "${headers.get("Content-Range") ?? ""}" instead of continuing at byte ${writer.size} of ${bytes}`;
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
