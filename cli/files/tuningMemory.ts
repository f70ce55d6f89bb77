/** Stores kernel timings of a GPU between runs of the program, so that they choose the same variants and give the same numbers. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import * as z from "zod";
import type { TuningMemory } from "../../src/webgpu/tuning/tuning.ts";
import { writeFile } from "./durable.ts";
import { messageOf } from "../inputError.ts";

const entries = z.record(z.string(), z.string());

/** Returns the user's cache folder on each platform. */
export function cacheFolder(
  platform: NodeJS.Platform,
  { XDG_CACHE_HOME: xdg = "", LOCALAPPDATA: local = "" }: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  if (platform === "win32") return local === "" ? join(home, "AppData", "Local") : local;
  if (platform === "darwin") return join(home, "Library", "Caches");
  return isAbsolute(xdg) ? xdg : join(home, ".cache"); // XDG: a relative path is to be ignored
}

/**
 * A store in a file, by default in the user's cache folder. An unreadable file is reported once on standard error and
 * replaced.
 */
export function tuningMemory(path = defaultPath()): TuningMemory {
  let isReported = false;
  const readAll = (): Record<string, string> => {
    try {
      return existsSync(path) ? entries.parse(JSON.parse(readFileSync(path, "utf8"))) : {};
    } catch (error) {
      const what = "kernels are measured again and it is written anew";
      if (!isReported) console.error(`${path} cannot be used (${messageOf(error)}): ${what}`);
      isReported = true;
      return {};
    }
  };
  return {
    read: (key) => Promise.resolve(readAll()[key] ?? null),
    // Async, so that a failed write is a rejection.
    write: async (key, value) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFile(path, `${JSON.stringify({ ...readAll(), [key]: value }, null, 2)}\n`);
      return Promise.resolve();
    },
  };
}

function defaultPath(): string {
  return join(cacheFolder(process.platform, process.env, homedir()), "ttrl-lab", "kernel-variants.json");
}
