/** One file of a repository, fetched from where an earlier try left it. */
import { ask, hostOf, persist, type Hub } from "./hub.ts";
import { PassingError } from "./hubError.ts";
import type { RemoteFile } from "./repository.ts";
import type { FileWriter } from "./storage.ts";

/** A file of a repository at a commit. */
export interface WantedFile {
  readonly repository: string;
  readonly commit: string;
  readonly file: RemoteFile;
}

/** What there is of it, and which version of the file that is. */
export interface FetchedPart {
  readonly writer: FileWriter;
  readonly etag: string | null;
  /** Keeps the version of what is now fetched, for this try and the next. */
  keepEtag(etag: string | null): Promise<void>;
}

/** Who waits for it; `onProgress` is told the bytes that are there. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number) => void;
}

/** Fetches what is missing: the writer then holds as many bytes as the Hub lists. Aborted, it keeps what it has. */
export async function downloadFile(
  hub: Hub,
  wanted: WantedFile,
  part: FetchedPart,
  watch: Watch,
): Promise<void> {
  const { writer } = part;
  let mayCondition = true;
  const attempt = async (): Promise<void> => {
    if (writer.size > wanted.file.bytes) writer.truncate(0);
    if (writer.size === wanted.file.bytes) return;
    const range = rangeFrom(part, mayCondition);
    // A server may forbid pages the header If-Range; the ETag of the answer is then compared here.
    if ("If-Range" in range) mayCondition = false;
    const response = await ask(hub, { ...questionOf(hub, wanted), headers: range }, watch.signal);
    mayCondition = true;
    await receive(hub, response, wanted, part, watch);
  };
  await persist(hub, attempt, () => writer.size, watch.signal);
}

function questionOf(hub: Hub, { repository, commit, file: { path } }: WantedFile) {
  const escaped = path.split("/").map(encodeURIComponent).join("/");
  return { url: `${hub.endpoint}/${repository}/resolve/${commit}/${escaped}`, what: path, repository };
}

/** A weak ETag promises no equal bytes, so nothing may be appended by it; the digest decides in the end. */
function rangeFrom({ writer, etag }: FetchedPart, mayCondition: boolean): Record<string, string> {
  if (writer.size === 0) return {};
  const isStrong = etag !== null && !etag.startsWith("W/");
  return { Range: `bytes=${writer.size}-`, ...(isStrong && mayCondition && { "If-Range": etag }) };
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
    await response.body?.cancel().catch(() => undefined); // a body that has failed cannot be cancelled
    throw new PassingError(`${path}: ${hostOf(hub)} ${reason}`, 0);
  };
  const problem = partProblem(response, part, bytes);
  if (problem !== null) await restart(problem);
  if (response.status === 200) writer.truncate(0); // the whole file, asked for or not
  if (writer.size === 0) await part.keepEtag(response.headers.get("ETag"));
  for await (const chunk of chunksOf(response, path, signal)) {
    if (writer.size + chunk.length > bytes) await restart(`sends more than the ${bytes} bytes listed`);
    writer.write(chunk, writer.size);
    onProgress(writer.size);
  }
  if (writer.size < bytes)
    throw new PassingError(`${path}: the connection ended after ${writer.size} of ${bytes} bytes`);
}

/** Why what the server sends does not continue what there is; null when it does, or is the whole file. */
function partProblem(
  { status, headers }: Response,
  { writer, etag }: FetchedPart,
  bytes: number,
): string | null {
  if (status === 200) return null;
  if (status === 416) return `has less than the ${writer.size} bytes that were fetched`;
  const now = headers.get("ETag");
  if (etag !== null && now !== null && now !== etag) return "has another version of the file now";
  const [, begin, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("Content-Range") ?? "") ?? [];
  const isNext = Number(begin) === writer.size && (total === "*" || Number(total) === bytes);
  return isNext
    ? null
    : `sends "${headers.get("Content-Range") ?? ""}" where byte ${writer.size} of ${bytes} is next`;
}

async function* chunksOf(response: Response, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown): never => {
        signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        throw new PassingError(`${path}: the connection was cut (${reason})`);
      });
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}
