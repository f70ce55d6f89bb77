/** The run.json of a finished cell. */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { InputError, messageOf } from "../inputError.ts";
import { runFilePath } from "../runs/runFile.ts";

/** Settings are read as they are: a run may have been made when there were others than now. */
const recorded = z.object({
  config: z.record(z.string(), z.unknown()),
  backend: z.object({ backend: z.string(), device: z.string() }),
});

/** Reads the run.json of a finished run. */
export function readRecordedRun(folder: string): z.infer<typeof recorded> {
  const path = runFilePath(folder);
  try {
    return recorded.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new InputError(
      `${path}: damaged (${messageOf(error)}); remove the folder, and the cell runs again`,
    );
  }
}

/**
 * Throws where a run was made with another value of a setting. What its cell's name holds is the same, so this is a default
 * that has changed since. A setting that is new or gone since had its default in both.
 */
export function checkSettings(folder: string, config: object): void {
  const before = new Map(Object.entries(readRecordedRun(folder).config));
  for (const [name, value] of Object.entries(config)) {
    if (!before.has(name) || before.get(name) === value) continue;
    throw new InputError(
      `${folder}: was run with ${name} ${String(before.get(name))}, which is ${String(value)} by default now; remove the folder to run it again`,
    );
  }
}
