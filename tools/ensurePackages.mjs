/** Installs the npm packages where they are missing or older than package-lock.json. Plain JavaScript: runs before them. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root folder of the repository. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** @typedef {{ version?: string, optional?: boolean }} LockedPackage */

/** Makes `node_modules` hold what package-lock.json names, with `npm ci` where it does not; exits where that fails. */
export function ensurePackages() {
  if (!nodeIsRecent()) {
    stop(
      `TTRL Lab needs Node.js 20.19, 22.13 or later; this is ${process.version}. Get a newer one at nodejs.org.`,
    );
  }
  if (packagesAreCurrent()) return;
  console.error("Installing packages (npm ci) ..."); // results alone go to standard output
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

/** The same as `engines` in package.json, which npm only warns about. */
function nodeIsRecent() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 13) || (major === 20 && minor >= 19);
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
