/**
 * `npm start`: from a fresh clone to the open page. Installs and builds what is missing, serves on localhost.
 * Options: --port N (default: the first free one from 5173), --no-open.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { DIST, ensureBuild } from "./ensureBuild.mjs";
import { ensurePackages, stop } from "./ensurePackages.mjs";
import { serve } from "./serve.mjs";

const FIRST_PORT = 5173;
const PORTS_TRIED = 100;

/** The command line as asked for. */
function readOptions() {
  try {
    const { values } = parseArgs({ options: { port: { type: "string" }, "no-open": { type: "boolean" } } });
    const port = values.port === undefined ? null : Number(values.port);
    if (port !== null && !(Number.isInteger(port) && port >= 0 && port < 65_536)) {
      return stop(`--port must be a whole number from 0 to 65535; got ${String(values.port)}`);
    }
    return { port, open: values["no-open"] !== true };
  } catch (error) {
    return stop(
      `${error instanceof Error ? error.message : String(error)}\nUsage: npm start -- [--port N] [--no-open]`,
    );
  }
}

/**
 * Listens on `port`, or on the next free one where `tries` allows.
 * @param {import("node:http").Server} server @param {number} port @param {number} tries @returns {Promise<number>}
 */
function listen(server, port, tries) {
  return new Promise((resolve, reject) => {
    /** @param {NodeJS.ErrnoException} error */
    const onError = (error) => {
      if (error.code === "EADDRINUSE" && tries > 1) listen(server, port + 1, tries - 1).then(resolve, reject);
      else reject(error);
    };
    server.once("error", onError);
    server.listen(port, "localhost", () => {
      server.off("error", onError);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

/** Shows the page in the default browser where there is a screen; a failure costs nothing, the address is printed. @param {string} url */
function openBrowser(url) {
  const { platform, env } = process;
  const screen = platform === "darwin" || platform === "win32" || env["DISPLAY"] || env["WAYLAND_DISPLAY"];
  if (!screen || env["CI"]) return;
  const [command, args] =
    platform === "win32"
      ? /** @type {const} */ (["cmd", ["/c", "start", "", url]])
      : /** @type {const} */ ([platform === "darwin" ? "open" : "xdg-open", [url]]);
  spawn(command, [...args], { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}

const options = readOptions();
ensurePackages();
ensureBuild();
const server = serve(DIST);
const port = await listen(server, options.port ?? FIRST_PORT, options.port === null ? PORTS_TRIED : 1).catch(
  (/** @type {unknown} */ error) => stop(`The page cannot be served: ${String(error)}. Try another --port.`),
);
const url = `http://localhost:${port}/`;
console.log(`TTRL Lab is at ${url}  (Ctrl-C stops it)`);
if (options.open) openBrowser(url);
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.on(signal, () => {
    server.close();
    server.closeAllConnections();
    process.exit(0);
  });
}
