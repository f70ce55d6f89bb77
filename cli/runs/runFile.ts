/** `run.json` of a run's folder: its description, and what it takes to continue it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { ROLES } from "../../src/data/fields/roles.ts";
import { runJson } from "../../src/report/metrics.ts";
import type { RunDescription } from "../../src/report/record.ts";
import { configFrom } from "../../src/rl/ttrlConfig.ts";
import { writeFile } from "../files/durable.ts";
import { InputError, messageOf } from "../inputError.ts";

const source = z.object({ path: z.string(), sha256: z.string() });

const runFile = z.object({
  /** Of the program that began the run. */
  version: z.string(),
  /** Names, as the page's own configuration files have them. */
  model: z.string(),
  dataset: z.string(),
  backend: z.object({
    backend: z.enum(["webgpu", "wasm", "cpu"]),
    device: z.string(),
    reason: z.string(),
    path: z.enum(["recorded graphs", "TensorFlow.js operations"]),
    pathReason: z.string(),
    tuning: z.array(z.string()).readonly(),
  }),
  /** Absent in runs begun before it could be set. */
  prompt: z
    .object({
      system: z.string(),
      suffix: z.string(),
      template: z.exactOptional(z.string()),
      templateArgs: z.exactOptional(z.record(z.string(), z.unknown())),
      date: z.exactOptional(z.string()),
    })
    .default({ system: "", suffix: "" }),
  config: z.record(z.string(), z.unknown()).transform((values) => configFrom(values)),
  checkpointEvery: z.int(),
  labels: z.enum(["own", "none"]),
  logResponses: z.boolean().default(false),
  modelSource: source,
  /** Of a run that began with an adapter. */
  adapterSource: z.exactOptional(source),
  datasetSource: source,
  /** Absent where the data set is read as its names suggest. */
  datasetOptions: z.exactOptional(
    z.object({
      map: z.exactOptional(z.partialRecord(z.enum(ROLES), z.array(z.string()).readonly())),
      split: z.exactOptional(z.string()),
      limit: z.exactOptional(z.int()),
      offset: z.exactOptional(z.int()),
      shuffleSeed: z.exactOptional(z.int()),
    }),
  ),
  evalSources: z.array(source),
});

/** The content of a run.json. */
export type RunFile = z.infer<typeof runFile>;

/** Returns the path of a run's run.json. */
export function runFilePath(out: string): string {
  return join(out, "run.json");
}

export function writeRunFile(out: string, content: RunFile): void {
  writeFile(runFilePath(out), runJson(content));
}

/** Returns the description of the run for the files of its model, without the user's paths. */
export function describe({ model, dataset, prompt, backend, config }: RunFile): RunDescription {
  return { model, dataset, prompt, backend, config };
}

/** Reads the run.json of a run to be continued. */
export function readRunFile(out: string): RunFile {
  const path = runFilePath(out);
  if (!existsSync(path))
    throw new InputError(`${out}: no run is here (there is no run.json); name the --out of a run`);
  try {
    return runFile.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new InputError(
      `${path}: this is no run that can be continued (${messageOf(error)}); start the run again`,
    );
  }
}
