/** HTTP requests to a Hugging Face Hub. The access token is neither stored nor included in errors. */
import { HubError, TransientError } from "./hubError.ts";

/** Connection to a Hub. */
export interface Hub {
  /** URL without a trailing slash. */
  readonly endpoint: string;
  /** Access token; null for anonymous requests. */
  readonly token: string | null;
  readonly fetch: typeof fetch;
  /** Resolves after the given time; rejects with the signal's reason if aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export const PUBLIC_HUB = "https://huggingface.co";

/** Creates a connection. Throws `HubError` if the URL or the token is malformed. */
export function openHub(endpoint: string, token: string | null): Hub {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.username !== "")
    throw new HubError(`"${endpoint}" is not the address of a Hub. Write it like ${PUBLIC_HUB}`);
  if (token !== null && !/^[\x21-\x7e]+$/.test(token))
    throw new HubError("The access token contains invalid characters. Copy it again.");
  return {
    endpoint: url.href.replace(/\/+$/, ""),
    token,
    fetch: (...request) => fetch(...request),
    wait,
  };
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}

interface HubRequest {
  readonly url: string;
  /** Name of the requested object in error messages. */
  readonly what: string;
  readonly repository: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a GET request and returns a response of status 200, 206 or 416. Rejects with `TransientError` or `HubError`. */
export async function send(hub: Hub, request: HubRequest, signal: AbortSignal): Promise<Response> {
  const { url, what } = request;
  const headers = {
    ...request.headers,
    ...(hub.token !== null && { Authorization: `Bearer ${hub.token}` }),
  };
  // The browser's HTTP cache could return a stale file, and would keep a second copy of each.
  const response = await hub.fetch(url, { headers, signal, cache: "no-store" }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new TransientError(`${what}: ${hostOf(hub)} cannot be reached (${reasonOf(error)})`);
  });
  if (response.status === 416) return response;
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    throw refusal(hub, request, response);
  }
  if (!(response.headers.get("Content-Type") ?? "").startsWith("text/html")) return response;
  await response.body?.cancel();
  throw new HubError(
    `${what}: ${hostOf(hub)} returned a web page instead of the file, probably from a login page or a proxy. ` +
      `Open ${hub.endpoint} in a browser, or use another address.`,
  );
}

/** Consecutive attempts without progress, the first included. */
const MAX_ATTEMPTS = 6;
/** Maximum Retry-After, in seconds, that is waited for; anything longer is an error. */
const MAX_WAIT = 60;

/**
 * Retries `attempt` after a `TransientError`, at most `maxAttempts` times without an increase of `progress()`. Waits 1, 2,
 * 4, 8, 16 seconds between attempts, or as long as the server's Retry-After says. Rejects with `HubError`.
 */
export async function retry<T>(
  hub: Hub,
  attempt: () => Promise<T>,
  progress: () => number,
  signal: AbortSignal,
  maxAttempts = MAX_ATTEMPTS,
): Promise<T> {
  let furthest = progress();
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      if (progress() > furthest) failures = 1;
      furthest = Math.max(furthest, progress());
      const seconds = error.seconds ?? 2 ** (failures - 1);
      if (seconds > MAX_WAIT)
        throw new HubError(
          `${error.message}. It asks for no requests for ${seconds} seconds: try again later.`,
        );
      if (failures >= maxAttempts)
        throw new HubError(
          `${error.message}, ${failures} times in a row. The downloaded part is kept: try again.`,
        );
      await hub.wait(seconds * 1000, signal);
    }
  }
}

/** Returns the Hub's host name, for messages. */
export function hostOf({ endpoint }: Hub): string {
  return new URL(endpoint).host;
}

/** Status codes worth a retry. */
const TRANSIENT = [408, 429, 500, 502, 503, 504];

function refusal(hub: Hub, { what, repository }: HubRequest, { status, headers }: Response): Error {
  const host = hostOf(hub);
  const page = `${hub.endpoint}/${repository}`;
  if (TRANSIENT.includes(status))
    return new TransientError(`${what}: ${host} answered ${status}`, secondsOf(headers));
  const code = headers.get("X-Error-Code");
  if (code === "RevisionNotFound")
    return new HubError(`${repository} has no such revision. See ${page} for its revisions.`);
  if (status === 401 || status === 403) {
    const token = hub.token === null ? "No access token was given" : "The access token has no access";
    return new HubError(
      `${what}: ${host} denied access (status ${status}). ${repository} is private, gated or does not exist. ${token}. ` +
        `For a gated model, accept its licence at ${page} and use a token of the same account.`,
    );
  }
  if (status === 404) return new HubError(`${what} is not on ${host}. Check the name at ${page}`);
  return new HubError(`${what}: ${host} answered ${status}. Check that ${page} exists.`);
}

/** Seconds of a Retry-After header; null if absent or a date. */
function secondsOf(headers: Headers): number | null {
  const text = headers.get("Retry-After") ?? "";
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** The message of a failed fetch; Node puts the actual reason into `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
