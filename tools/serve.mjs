/** Serves a built page on localhost, with the headers that cross-origin isolation needs. */

/** Cross-origin isolation: lets the worker use shared memory (WASM threads) and precise timers. */
export const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/**
 * Serves the files below `root` with Vite's preview server; `port` 0 is any free port. Rejects where a `strictPort` is in
 * use; other ports are counted up to the next free one.
 * @param {string} root @param {{ port?: number, strictPort?: boolean, open?: boolean }} [options]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve(root, { port = 0, strictPort = false, open = false } = {}) {
  const { preview } = await import("vite"); // a fresh clone has no packages when this file is loaded
  const server = await preview({
    configFile: false,
    root,
    appType: "mpa", // unknown paths are not found
    logLevel: "error",
    build: { outDir: root },
    preview: {
      host: "localhost",
      port,
      strictPort,
      open,
      cors: false,
      // No cache: a rebuilt page shows at once, and an unchanged file costs one 304.
      headers: { ...ISOLATION, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache" },
    },
  });
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error(`${root} is served at no local address`);
  return { url, close: () => server.close() };
}
