/** The configuration file of a run, written by the page and read when the user opens it. */
import * as z from "zod/mini";
import type { DatasetOptions } from "../../data/dataset.ts";
import { ROLES } from "../../data/fields/roles.ts";
import { CONFIG_NAMES } from "../../rl/ttrlConfig.ts";
import type { RunSetup } from "../run/record.ts";
import { DEFAULT_SETTINGS, defaultText, isBackendChoice, textsBy, type Settings } from "./settings.ts";

/** Returns the text of a run's configuration file. */
export function configurationText(setup: RunSetup): string {
  const { model, study, datasetOptions, prompt, backend, config } = setup;
  const written = { model: model.name, dataset: study.name, datasetOptions, prompt, backend, config };
  return `${JSON.stringify(written, null, 2)}\n`;
}

const wholeNumber = (min: number) => z.exactOptional(z.int().check(z.minimum(min)));

const datasetOptions = z.object({
  split: z.exactOptional(z.string()),
  map: z.exactOptional(z.partialRecord(z.enum(ROLES), z.array(z.string()))),
  offset: wholeNumber(0),
  limit: wholeNumber(1),
  shuffleSeed: wholeNumber(0),
});

const configuration = z.object({
  model: z.optional(z.string()),
  dataset: z.optional(z.string()),
  datasetOptions: z._default(datasetOptions, {}),
  prompt: z.optional(
    z.object({
      system: z.string(),
      suffix: z.string(),
      template: z.exactOptional(z.string()),
      templateArgs: z.exactOptional(z.record(z.string(), z.unknown())),
      date: z.exactOptional(z.string()),
    }),
  ),
  /** A backend choice such as "wasm"; in the run.json of an export a report, which is ignored. */
  backend: z.optional(z.unknown()),
  config: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** The contents of a configuration file. */
export interface ReadConfiguration {
  readonly model: string | null;
  /** Name of the data set, embedded or a file. */
  readonly dataset: string | null;
  readonly datasetOptions: DatasetOptions;
  readonly backend: Settings["backend"];
  readonly prompt: Settings["prompt"];
  readonly texts: Settings["texts"];
  /** Names in the file that are not hyperparameters. */
  readonly unknown: readonly string[];
}

/** Reads a configuration. Returns null if the text is something else, such as a data set. */
export function readConfiguration(text: string): ReadConfiguration | null {
  const parsed = configuration.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { model = null, dataset = null, datasetOptions, prompt, backend, config } = parsed.data;
  const values = new Map(Object.entries(config));
  const known: readonly string[] = CONFIG_NAMES;
  return {
    model,
    dataset,
    datasetOptions,
    backend: isBackendChoice(backend) ? backend : "auto",
    prompt: prompt ?? DEFAULT_SETTINGS.prompt,
    texts: textsBy((name) => String(values.get(name) ?? defaultText(name))),
    unknown: [...values.keys()].filter((name) => !known.includes(name)),
  };
}

/** Returns null if the text is not a JSON object; the data set reader then reports what is wrong. */
function parseJson(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
