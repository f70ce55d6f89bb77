/** The settings of the next run as the user entered them, and their validation. */
import { createStore, type StoreApi } from "zustand/vanilla";
import {
  CONFIG_FIELDS,
  CONFIG_NAMES,
  configFrom,
  configProblems,
  type TtrlConfig,
} from "../../rl/ttrlConfig.ts";
import type { DatasetOptions } from "../../data/dataset.ts";
import { PAPER_PRESET } from "../../rl/paperPreset.ts";
import type { PromptFrame } from "../../rl/contracts/types.ts";
import type { BackendChoice } from "../../report/backend.ts";

export { PAPER_SUFFIX } from "../../rl/paperPreset.ts";
export type { BackendName } from "../../report/backend.ts";
export { BACKEND_CHOICES, isBackendChoice, type BackendChoice } from "../../report/backend.ts";

export type ConfigName = keyof TtrlConfig;

export interface Settings {
  /** Name of a model in the catalogue; null selects the default. */
  readonly model: string | null;
  /** File of an embedded data set; null selects the default. */
  readonly dataset: string | null;
  /** How the user's files are read. */
  readonly datasetOptions: DatasetOptions;
  readonly backend: BackendChoice;
  /** System prompt and suffix of every question. */
  readonly prompt: PromptFrame;
  /** Every hyperparameter as entered, possibly invalid. */
  readonly texts: Readonly<Record<ConfigName, string>>;
}

/** Options that say which rows of a data set are read. */
export const ROW_NUMBERS = ["limit", "offset", "shuffleSeed"] as const;
export type RowNumber = (typeof ROW_NUMBERS)[number];

/** Returns such a number as entered; null unless it is a whole number of at most ten digits, a limit at least 1. */
export function rowNumberOf(name: RowNumber, text: string): number | null {
  const min = name === "limit" ? 1 : 0;
  return /^\d{1,10}$/.test(text.trim()) && Number(text) >= min ? Number(text) : null;
}

/** Returns a hyperparameter's default as text. */
export function defaultText(name: ConfigName): string {
  return String(CONFIG_FIELDS[name].default);
}

/** Returns a text for every hyperparameter. */
export function textsBy(textOf: (name: ConfigName) => string): Record<ConfigName, string> {
  const entries = CONFIG_NAMES.map((name) => [name, textOf(name)] as const);
  return Object.fromEntries(entries) as Record<ConfigName, string>; // fromEntries loses the type of the keys
}

/** Returns the texts with the paper's preset applied; settings it does not define are kept. */
export function withPaperPreset(texts: Settings["texts"]): Settings["texts"] {
  const preset: Partial<TtrlConfig> = PAPER_PRESET;
  return textsBy((name) => String(preset[name] ?? texts[name]));
}

/** The settings of the demo. */
export const DEFAULT_SETTINGS: Settings = {
  model: null,
  dataset: null,
  datasetOptions: {},
  backend: "auto",
  prompt: { system: "", suffix: "" },
  texts: textsBy(defaultText),
};

export type SettingsStore = StoreApi<Settings>;

/** Creates the store. */
export function createSettingsStore(initial: Settings): SettingsStore {
  return createStore<Settings>(() => initial);
}

/** Returns the number a text denotes, or the text itself if it is not a number. */
function valueOf(name: ConfigName, text: string): number | string {
  if (typeof CONFIG_FIELDS[name].default === "string") return text.trim();
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? text : value;
}

/** Whether a value differs from its default; "1e-4" equals "0.0001". */
export function isChanged(name: ConfigName, text: string): boolean {
  return valueOf(name, text) !== CONFIG_FIELDS[name].default;
}

/** Returns the validation errors by field, as sentences for the form. */
export function problemsByField(texts: Settings["texts"]): ReadonlyMap<ConfigName, string> {
  const values = valuesOf(texts);
  return new Map(
    configProblems(values).flatMap((problem): [ConfigName, string][] => {
      const name = CONFIG_NAMES.find((candidate) => problem.startsWith(`${candidate} `));
      return name === undefined ? [] : [[name, withLabels(problem)]];
    }),
  );
}

/** Returns the configuration, or null if a field is invalid. */
export function configOf(texts: Settings["texts"]): TtrlConfig | null {
  const values = valuesOf(texts);
  return configProblems(values).length === 0 ? configFrom(values) : null;
}

function valuesOf(texts: Settings["texts"]): Record<string, number | string> {
  return Object.fromEntries(CONFIG_NAMES.map((name) => [name, valueOf(name, texts[name])]));
}

/** Replaces names by labels: "rolloutsPerQuestion (65) must ..." -> "Rollouts per question (65) must ...". */
function withLabels(problem: string): string {
  const sentence = CONFIG_NAMES.reduce(
    (text, name) => text.replaceAll(new RegExp(`\\b${name}\\b`, "g"), CONFIG_FIELDS[name].label),
    problem,
  );
  return `${sentence}.`;
}
