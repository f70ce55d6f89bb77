/** Installs the npm packages where they are missing or older than package-lock.json. Plain JavaScript: runs before them. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root folder of the repository. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const OLDEST_NODE = 20;

/** @typedef {{ version?: string, optional?: boolean }} LockedPackage */

/** Makes `node_modules` hold what package-lock.json names, with `npm ci` where it does not; exits where that fails. */
export function ensurePackages() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE) {
    stop(
      `TTRL Lab needs Node.js ${OLDEST_NODE} or later; this is ${process.version}. Get one at nodejs.org.`,
    );
  }
  if (packagesAreCurrent()) return;
  console.log("Installing packages (npm ci) ...");
  const { command, args } = npm(["ci", "--include=dev", "--no-audit", "--no-fund"]);
  const { status } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32" && command === "npm",
  });
  if (status !== 0) {
    stop("The packages could not be installed: see npm's message above, then run the same command again.");
  }
}

/** Prints a sentence and ends the process as failed. @param {string} sentence @returns {never} */
export function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** True when every package of the lock file that this system needs is installed in the version it names. */
function packagesAreCurrent() {
  const installedFile = join(ROOT, "node_modules", ".package-lock.json"); // npm writes it when an install is complete
  if (!existsSync(installedFile)) return false;
  const installed = readLock(installedFile);
  return Object.entries(readLock(join(ROOT, "package-lock.json"))).every(([path, { version, optional }]) => {
    const present = installed[path];
    // The entry "" is this project; optional packages are for one operating system each.
    return path === "" || (present === undefined ? optional === true : present.version === version);
  });
}

/** @param {string} file @returns {Record<string, LockedPackage>} */
function readLock(file) {
  const lock = /** @type {{ packages: Record<string, LockedPackage> }} */ (
    JSON.parse(readFileSync(file, "utf8"))
  );
  return lock.packages;
}

/** The npm that runs us, or else the one on the path. @param {string[]} args */
function npm(args) {
  const script = process.env["npm_execpath"];
  return script?.endsWith("npm-cli.js") === true
    ? { command: process.execPath, args: [script, ...args] }
    : { command: "npm", args };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensurePackages();
