/**
 * `npm start`: from a fresh clone to the open page. Installs and builds what is missing, serves on localhost.
 * Options: --port N (default: the first free one from 5173), --no-open.
 */
import { parseArgs } from "node:util";
import { DIST, ensureBuild } from "./ensureBuild.mjs";
import { ensurePackages, stop } from "./ensurePackages.mjs";
import { serve } from "./serve.mjs";

const FIRST_PORT = 5173;

/** Parses the command line; exits where it is wrong. */
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

/** True where a browser can be shown. */
function hasScreen() {
  const { platform, env } = process;
  if (env["CI"]) return false;
  return platform === "darwin" || platform === "win32" || Boolean(env["DISPLAY"] || env["WAYLAND_DISPLAY"]);
}

const options = readOptions();
ensurePackages();
ensureBuild();
const { url, close } = await serve(DIST, {
  port: options.port ?? FIRST_PORT,
  strictPort: options.port !== null,
  open: options.open && hasScreen(),
}).catch((/** @type {unknown} */ error) =>
  stop(`The page cannot be served: ${String(error)}. Choose another --port.`),
);
console.log(`TTRL Lab is at ${url}  (Ctrl-C stops it)`);
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
  process.on(signal, () => void close().finally(() => process.exit(0)));
