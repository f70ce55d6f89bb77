/** One question to a Hub, and what its answer means. Nothing here keeps or tells the token. */
import { HubError, PassingError } from "./hubError.ts";

/** Where models come from, and how to reach it. */
export interface Hub {
  /** Address without a slash at its end. */
  readonly endpoint: string;
  /** Access token; null asks as a stranger. */
  readonly token: string | null;
  readonly fetch: typeof fetch;
  /** Resolves after so many milliseconds, rejects with the signal's reason. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export const PUBLIC_HUB = "https://huggingface.co";

/** How a page or a program asks; throws `HubError` when address or token cannot be used. */
export function openHub(endpoint: string, token: string | null): Hub {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.username !== "")
    throw new HubError(`"${endpoint}" is not the address of a Hub. Write it like ${PUBLIC_HUB}`);
  if (token !== null && !/^[\x21-\x7e]+$/.test(token))
    throw new HubError("The access token holds characters that no token has. Copy it again.");
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

/** What is asked for, as an error names it, and of which repository. */
export interface Question {
  readonly url: string;
  readonly what: string;
  readonly repository: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer with a body worth reading: status 200 or 206, or 416. Throws `PassingError` where asking again may help. */
export async function ask(hub: Hub, question: Question, signal: AbortSignal): Promise<Response> {
  const { url, what } = question;
  const headers = {
    ...question.headers,
    ...(hub.token !== null && { Authorization: `Bearer ${hub.token}` }),
  };
  // The browser's own cache could answer with an old file, and would hold a second copy of each.
  const response = await hub.fetch(url, { headers, signal, cache: "no-store" }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new PassingError(`${what}: ${hostOf(hub)} cannot be reached (${reasonOf(error)})`);
  });
  if (response.status === 416) return response;
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    throw refusal(hub, question, response);
  }
  if (!(response.headers.get("Content-Type") ?? "").startsWith("text/html")) return response;
  await response.body?.cancel();
  throw new HubError(
    `${what}: ${hostOf(hub)} answered with a web page in place of the file. A login page or a proxy stands between: ` +
      `open ${hub.endpoint} in the browser, or name another address.`,
  );
}

/** Attempts in a row without any progress, the first included. */
const MOST_ATTEMPTS = 6;
/** A server that wants to be left alone for longer is told to the user. */
const LONGEST_WAIT = 60;

/**
 * Tries until `attempt` succeeds, at most `most` times without progress, which `progress` measures; waits 1, 2, 4, 8, 16
 * seconds between, or what the server asks for.
 */
export async function persist<T>(
  hub: Hub,
  attempt: () => Promise<T>,
  progress: () => number,
  signal: AbortSignal,
  most = MOST_ATTEMPTS,
): Promise<T> {
  let furthest = progress();
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PassingError)) throw error;
      if (progress() > furthest) failures = 1;
      furthest = Math.max(furthest, progress());
      const seconds = error.seconds ?? 2 ** (failures - 1);
      if (seconds > LONGEST_WAIT)
        throw new HubError(`${error.message}. It asks to be left alone for ${seconds} seconds: try later.`);
      if (failures >= most)
        throw new HubError(
          `${error.message}, ${failures} times in a row. What was fetched is kept: try again.`,
        );
      await hub.wait(seconds * 1000, signal);
    }
  }
}

/** The Hub's host as errors name it. */
export function hostOf({ endpoint }: Hub): string {
  return new URL(endpoint).host;
}

/** Statuses that a busy server answers with. */
const PASSING = [408, 429, 500, 502, 503, 504];

function refusal(hub: Hub, { what, repository }: Question, { status, headers }: Response): Error {
  const host = hostOf(hub);
  const page = `${hub.endpoint}/${repository}`;
  if (PASSING.includes(status))
    return new PassingError(`${what}: ${host} answered ${status}`, secondsOf(headers));
  const code = headers.get("X-Error-Code");
  if (code === "RevisionNotFound")
    return new HubError(`${repository} has no such revision. Look it up at ${page}`);
  if (status === 401 || status === 403) {
    const whose = hub.token === null ? "No access token was given" : "The access token does not open it";
    return new HubError(
      `${what}: ${host} refuses (status ${status}). ${repository} is private, gated or not there. ${whose}: a gated ` +
        `model needs its licence accepted at ${page} and a token of the account that accepted it.`,
    );
  }
  if (status === 404) return new HubError(`${what} is not on ${host}. Check the name at ${page}`);
  return new HubError(`${what}: ${host} answered ${status}. Open ${page} to see whether it is there.`);
}

/** Seconds of a Retry-After; a date, which some send, is not read. */
function secondsOf(headers: Headers): number | null {
  const text = headers.get("Retry-After") ?? "";
  return /^\d+$/.test(text) ? Number(text) : null;
}

/** Node keeps the reason of a failed fetch in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}
