/** A run's configuration as a file: written by the page, and read back when it is dropped. */
import * as z from "zod/mini";
import { CONFIG_NAMES } from "../../rl/ttrlConfig.ts";
import type { RunSetup } from "../run/run.ts";
import { DEFAULT_SETTINGS, defaultText, isBackendChoice, textsBy, type Settings } from "./settings.ts";

/** The text of a run's configuration file. */
export function configurationText(setup: RunSetup): string {
  const { model, study, prompt, backend, config } = setup;
  return `${JSON.stringify({ model: model.name, dataset: study.name, prompt, backend, config }, null, 2)}\n`;
}

const configuration = z.object({
  model: z.optional(z.string()),
  dataset: z.optional(z.string()),
  prompt: z.optional(z.object({ system: z.string(), suffix: z.string() })),
  /** A wish such as "wasm"; the run.json of an export has the report of what ran here, which is no wish. */
  backend: z.optional(z.unknown()),
  config: z.record(z.string(), z.union([z.string(), z.number()])),
});

/** What a configuration file says. */
export interface ReadConfiguration {
  readonly model: string | null;
  /** Name of the data set, embedded or not. */
  readonly dataset: string | null;
  readonly backend: Settings["backend"];
  readonly prompt: Settings["prompt"];
  readonly texts: Settings["texts"];
  /** Names in the file that are no hyperparameters of this page. */
  readonly unknown: readonly string[];
}

/** Reads a configuration; null when the text is something else, such as a data set. */
export function readConfiguration(text: string): ReadConfiguration | null {
  const parsed = configuration.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const { model = null, dataset = null, prompt, backend, config } = parsed.data;
  const values = new Map(Object.entries(config));
  const known: readonly string[] = CONFIG_NAMES;
  return {
    model,
    dataset,
    backend: isBackendChoice(backend) ? backend : "auto",
    prompt: prompt ?? DEFAULT_SETTINGS.prompt,
    texts: textsBy((name) => String(values.get(name) ?? defaultText(name))),
    unknown: [...values.keys()].filter((name) => !known.includes(name)),
  };
}

/** Null where the text is not JSON: then it is not a configuration, and the data set reader says what is wrong. */
function parseJson(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
