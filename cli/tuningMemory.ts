/** Keeps what was measured of a GPU between runs of the program: the same variants, so the same numbers. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";
import type { TuningMemory } from "../src/engine/tuning.ts";
import { writeFile } from "./durable.ts";

const entries = z.record(z.string(), z.string());

/** Where a user's programs keep what can be made again. */
const FOLDER = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");

/** A memory in a file, by default in the user's cache. */
export function tuningMemory(path = join(FOLDER, "ttrl-lab", "kernel-variants.json")): TuningMemory {
  const readAll = (): Record<string, string> =>
    existsSync(path) ? entries.parse(JSON.parse(readFileSync(path, "utf8"))) : {};
  return {
    // Async, so that a file that cannot be read or written is told as a rejection.
    read: async (key) => Promise.resolve(readAll()[key] ?? null),
    write: async (key, value) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFile(path, `${JSON.stringify({ ...readAll(), [key]: value }, null, 2)}\n`);
      return Promise.resolve();
    },
  };
}
