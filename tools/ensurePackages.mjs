/** Installs the npm packages if they are missing or differ from package-lock.json. Plain JavaScript, since it runs first. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root folder of the repository. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** @typedef {{ version?: string, optional?: boolean }} LockedPackage */

/** Runs `npm ci` unless `node_modules` matches package-lock.json; exits if that fails. */
export function ensurePackages() {
  if (!nodeIsRecent()) {
    stop(
      `TTRL Lab needs Node.js 20.19, 22.13 or later; this is ${process.version}. Get a newer one at nodejs.org.`,
    );
  }
  if (packagesAreCurrent()) return;
  console.error("Installing packages (npm ci) ..."); // standard output is for results
  const { command, args } = npm(["ci", "--include=dev", "--no-audit", "--no-fund"]);
  const { status } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ["ignore", 2, "inherit"],
    shell: process.platform === "win32" && command === "npm",
  });
  if (status !== 0) {
    stop("The packages could not be installed: see npm's message above, then run the same command again.");
  }
}

/** Checks `engines` of package.json, about which npm only warns. */
function nodeIsRecent() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 13) || (major === 20 && minor >= 19);
}

/** Prints an error message and exits with status 1. @param {string} sentence @returns {never} */
export function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Returns true if every package in the lock file that this system needs is installed in the locked version. */
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

/** Returns the npm that started this process, else the one on the path. @param {string[]} args */
function npm(args) {
  const script = process.env["npm_execpath"];
  return script?.endsWith("npm-cli.js") === true
    ? { command: process.execPath, args: [script, ...args] }
    : { command: "npm", args };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensurePackages();
