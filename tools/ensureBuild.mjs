/** Builds the page if `dist` is missing or older than its sources. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT, stop } from "./ensurePackages.mjs";

/** The built page. */
export const DIST = join(ROOT, "dist");

const SOURCES = [
  "index.html",
  "src",
  "public",
  "experiments",
  "docs/experiments",
  "tools/selfContainedThreads.ts",
  "tools/shipExperiments.ts",
  "vite.config.ts",
  "package-lock.json",
];

/** Runs `vite build` unless `dist` is newer than every source; exits if the build fails. */
export function ensureBuild() {
  const built = join(DIST, "index.html");
  const sources = SOURCES.map((name) => join(ROOT, name)).filter((path) => existsSync(path)); // there may be no results yet
  if (existsSync(built) && Math.max(...sources.map(newest)) < statSync(built).mtimeMs) return;
  console.log("Building the page ...");
  const vite = join(ROOT, "node_modules", "vite", "bin", "vite.js");
  const { status } = spawnSync(process.execPath, [vite, "build", "--logLevel", "warn"], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) stop("The page could not be built: see the message above.");
}

/** Time of the latest change at or below a path; folders count too, since a deletion only changes the folder. @param {string} path @returns {number} */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}
