/** A static file server for localhost, with the headers that cross-origin isolation needs. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

/** Cross-origin isolation: lets the worker use shared memory (WASM threads) and precise timers. */
export const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Headers of every response. */
const HEADERS = {
  ...ISOLATION,
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-cache", // a rebuilt page is seen at once; unchanged files cost one 304
};

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".jsonl": "application/jsonl; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".safetensors": "application/octet-stream",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** @typedef {import("node:http").IncomingMessage} Request @typedef {import("node:http").ServerResponse} Reply */

/**
 * Serves the files below `root`, not started yet: call `listen`.
 * @param {string} root
 */
export function serve(root) {
  return createServer((request, reply) => {
    answer(root, request, reply).catch((/** @type {unknown} */ error) => {
      end(reply, 500, String(error));
    });
  });
}

/** @param {string} root @param {Request} request @param {Reply} reply */
async function answer(root, request, reply) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    end(reply, 405, "Only GET and HEAD.");
    return;
  }
  const path = filePath(root, request.url ?? "/");
  const info = path === null ? null : await stat(path).catch(() => null);
  if (path === null || info?.isFile() !== true) {
    end(reply, 404, "Not found.");
    return;
  }
  const tag = `"${info.size.toString(36)}-${info.mtimeMs.toString(36)}"`;
  if (request.headers["if-none-match"] === tag) {
    reply.writeHead(304, { ...HEADERS, ETag: tag }).end();
    return;
  }
  const type = TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
  reply.writeHead(200, { ...HEADERS, ETag: tag, "Content-Type": type, "Content-Length": info.size });
  if (request.method === "HEAD") reply.end();
  else
    createReadStream(path)
      .on("error", () => reply.destroy())
      .pipe(reply);
}

/** The file a URL names, a folder's being its index.html; null for a URL that is malformed or points out of `root`. @param {string} root @param {string} url */
function filePath(root, url) {
  const path = decode(url.split(/[?#]/)[0] ?? "/");
  if (path === null || path.includes("\0")) return null;
  const file = normalize(join(root, path.endsWith("/") ? `${path}index.html` : path));
  return file.startsWith(normalize(root + sep)) ? file : null;
}

/** @param {string} path */
function decode(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return null; // a stray %: no file has such a name
  }
}

/** @param {Reply} reply @param {number} status @param {string} text */
function end(reply, status, text) {
  if (reply.headersSent) reply.destroy();
  else reply.writeHead(status, { ...HEADERS, "Content-Type": "text/plain; charset=utf-8" }).end(text);
}
