/** Runs in results of another time or machine, which count as finished. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Environment, ExperimentResult, ResultCell } from "../../src/experiments/result.ts";
import { InputError, messageOf } from "../inputError.ts";
import { issuesOf } from "../files/jsonLines.ts";
import { readText } from "../files/textFile.ts";

/** A run and what computed it. */
export interface ComputedRun {
  readonly cell: ResultCell;
  readonly environment: Environment;
}

/** Runs by the hash of everything that determines their numbers. */
export type EarlierRuns = ReadonlyMap<string, ComputedRun>;

/** The checked part of a result; the rest is assumed to be as this program wrote it. */
const result = z.looseObject({
  environment: z.looseObject({ hardware: z.string() }),
  cells: z.array(z.looseObject({ identity: z.optional(z.string()), commit: z.string() })),
});

/** Reads all results in a folder. Throws if one is damaged or there is none. */
export function readEarlierRuns(folder: string): EarlierRuns {
  const runs = new Map<string, ComputedRun>();
  for (const name of listResults(folder)) {
    const { cells, environment } = readResult(join(folder, name));
    for (const cell of cells) {
      if (cell.identity === undefined) continue; // run by the page, which does not hash its files
      runs.set(cell.identity, { cell, environment: { ...environment, commits: cell.commit.split(" ") } });
    }
  }
  return runs;
}

function listResults(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
    if (names.length > 0) return names.sort();
  } catch (error) {
    throw new InputError(`--earlier ${folder}: cannot be read (${messageOf(error)})`);
  }
  throw new InputError(`--earlier ${folder}: no result is there; name a folder such as docs/experiments`);
}

function readResult(path: string): ExperimentResult {
  try {
    return result.parse(JSON.parse(readText(path).text)) as unknown as ExperimentResult; // as this program wrote it
  } catch (error) {
    const problem = error instanceof z.ZodError ? issuesOf(error) : messageOf(error);
    throw new InputError(`${path}: no result of an experiment (${problem}); take it out of the folder`);
  }
}
