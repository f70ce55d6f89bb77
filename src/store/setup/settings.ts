/** What the user has set up: model, data set, backend and hyperparameters, as typed, with what is wrong about them. */
import { createStore, type StoreApi } from "zustand/vanilla";
import {
  CONFIG_FIELDS,
  CONFIG_NAMES,
  configFrom,
  configProblems,
  type TtrlConfig,
} from "../../rl/ttrlConfig.ts";
import { PAPER_PRESET } from "../../rl/paperPreset.ts";
import type { PromptFrame } from "../../rl/contracts/types.ts";
import type { BackendChoice } from "../../report/backend.ts";

export { PAPER_SUFFIX } from "../../rl/paperPreset.ts";
export type { BackendName } from "../../report/backend.ts";
export { BACKEND_CHOICES, isBackendChoice, type BackendChoice } from "../../report/backend.ts";

export type ConfigName = keyof TtrlConfig;

export interface Settings {
  /** Folder of an embedded model; null is the default one. */
  readonly model: string | null;
  /** File of an embedded data set; null is the default one. */
  readonly dataset: string | null;
  readonly backend: BackendChoice;
  /** What stands around every question. */
  readonly prompt: PromptFrame;
  /** Every hyperparameter as typed: a field may hold what is not a number yet. */
  readonly texts: Readonly<Record<ConfigName, string>>;
}

/** A hyperparameter's default as the form shows it. */
export function defaultText(name: ConfigName): string {
  return String(CONFIG_FIELDS[name].default);
}

/** One text per hyperparameter. */
export function textsBy(textOf: (name: ConfigName) => string): Record<ConfigName, string> {
  const entries = CONFIG_NAMES.map((name) => [name, textOf(name)] as const);
  return Object.fromEntries(entries) as Record<ConfigName, string>; // fromEntries forgets that every name is there
}

/** The texts with the paper's settings put in; what the paper's do not say stays. */
export function withPaperPreset(texts: Settings["texts"]): Settings["texts"] {
  const preset: Partial<TtrlConfig> = PAPER_PRESET;
  return textsBy((name) => String(preset[name] ?? texts[name]));
}

/** The demo. */
export const DEFAULT_SETTINGS: Settings = {
  model: null,
  dataset: null,
  backend: "auto",
  prompt: { system: "", suffix: "" },
  texts: textsBy(defaultText),
};

export type SettingsStore = StoreApi<Settings>;

/** Creates the store. */
export function createSettingsStore(initial: Settings): SettingsStore {
  return createStore<Settings>(() => initial);
}

/** What a field's text means: a number, or the text itself where that is not one. */
function valueOf(name: ConfigName, text: string): number | string {
  if (CONFIG_FIELDS[name].kind === "choice") return text;
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? text : value;
}

/** Whether a field differs from its default, however it is written. */
export function isChanged(name: ConfigName, text: string): boolean {
  return valueOf(name, text) !== CONFIG_FIELDS[name].default;
}

/** What is wrong with the hyperparameters, by field, in sentences for the form; empty when all is well. */
export function problemsByField(texts: Settings["texts"]): ReadonlyMap<ConfigName, string> {
  const values = valuesOf(texts);
  return new Map(
    configProblems(values).flatMap((problem): [ConfigName, string][] => {
      const name = CONFIG_NAMES.find((candidate) => problem.startsWith(`${candidate} `));
      return name === undefined ? [] : [[name, inFormWords(problem)]];
    }),
  );
}

/** The configuration, or null when a field is wrong. */
export function configOf(texts: Settings["texts"]): TtrlConfig | null {
  const values = valuesOf(texts);
  return configProblems(values).length === 0 ? configFrom(values) : null;
}

function valuesOf(texts: Settings["texts"]): Record<string, number | string> {
  return Object.fromEntries(CONFIG_NAMES.map((name) => [name, valueOf(name, texts[name])]));
}

/** "rolloutsPerQuestion (65) must ..." -> "Rollouts per question (65) must ...": the form knows fields by their labels. */
function inFormWords(problem: string): string {
  const sentence = CONFIG_NAMES.reduce(
    (text, name) => text.replaceAll(new RegExp(`\\b${name}\\b`, "g"), CONFIG_FIELDS[name].label),
    problem,
  );
  return `${sentence}.`;
}
