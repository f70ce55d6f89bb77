/** Finds a Chrome or Chromium for the tests, and installs one if there is none. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT, stop } from "./ensurePackages.mjs";

const NAMES = ["google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "chrome"];

const MAC_APPS = ["Google Chrome", "Chromium", "Microsoft Edge"];

const WINDOWS_PATHS = [
  String.raw`Google\Chrome\Application\chrome.exe`,
  String.raw`Chromium\Application\chrome.exe`,
  String.raw`Microsoft\Edge\Application\msedge.exe`,
];

const ADVICE =
  "No Chrome or Chromium was found and none could be installed. Install one (google.com/chrome), or set CHROME_PATH " +
  "to its executable, then run the same command again.";

/** Returns the path of a browser, installed now if necessary; exits with advice if that fails. */
export async function ensureBrowser() {
  return findBrowser() ?? (await playwrightBrowser()) ?? debianBrowser() ?? stop(ADVICE);
}

/** Returns the path of an installed browser that starts, preferably CHROME_PATH; null if there is none. */
export function findBrowser() {
  const chosen = process.env["CHROME_PATH"];
  if (chosen !== undefined && chosen !== "") {
    return starts(chosen) ? chosen : stop(`CHROME_PATH is ${chosen}, which does not start as a browser.`);
  }
  return candidates().find(starts) ?? null;
}

function candidates() {
  const env = process.env;
  if (process.platform === "darwin") {
    return MAC_APPS.map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`);
  }
  if (process.platform === "win32") {
    const roots = [env["PROGRAMFILES"], env["PROGRAMFILES(X86)"], env["LOCALAPPDATA"]];
    return WINDOWS_PATHS.flatMap((path) => roots.flatMap((root) => (root ? [join(root, path)] : [])));
  }
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** Returns true if the program starts, which stubs and programs with missing libraries do not. @param {string} path */
function starts(path) {
  if (!existsSync(path)) return false;
  if (process.platform === "win32") return true; // chrome.exe --version opens a window there
  return spawnSync(path, ["--version"], { stdio: "ignore", timeout: 30_000 }).status === 0;
}

/** Returns Playwright's Chromium, downloaded if missing; null if that fails. */
async function playwrightBrowser() {
  const { chromium } = await import("@playwright/test");
  const path = chromium.executablePath();
  if (starts(path)) return path;
  console.log("No Chrome or Chromium found; downloading Playwright's ...");
  const cli = join(ROOT, "node_modules", "@playwright", "test", "cli.js");
  spawnSync(process.execPath, [cli, "install", "--no-shell", "chromium"], {
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 300_000,
  });
  return starts(path) ? path : null;
}

/** Installs Debian's Chromium as root on Debian; null elsewhere. */
function debianBrowser() {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/etc/debian_version"))
    return null;
  console.log("Installing Debian's chromium ...");
  for (const args of [["update"], ["install", "-y", "chromium"]]) {
    spawnSync("apt-get", args, {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  }
  return findBrowser();
}
