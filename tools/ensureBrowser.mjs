/** Finds a Chrome or Chromium to test with, and installs one where there is none. */
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

/** Path of a browser to test with, installed now if need be; exits with advice where that is impossible. */
export async function ensureBrowser() {
  return findBrowser() ?? (await playwrightBrowser()) ?? debianBrowser() ?? stop(ADVICE);
}

/** Path of an installed browser that starts, CHROME_PATH before any other; null where there is none. */
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

/** Whether the program runs: a stub of a package not installed, or a missing library, is found out here. @param {string} path */
function starts(path) {
  if (!existsSync(path)) return false;
  if (process.platform === "win32") return true; // chrome.exe --version opens a window there
  return spawnSync(path, ["--version"], { stdio: "ignore", timeout: 30_000 }).status === 0;
}

/** Playwright's own Chromium, downloaded where it is missing; null where that fails. */
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

/** Debian's Chromium, where we may install it; null elsewhere. */
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
