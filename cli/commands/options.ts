/** Options that several commands share, and how their values are read. */
import { InvalidArgumentError, Option } from "commander";
import { CONFIG_FIELDS, CONFIG_NAMES, type ConfigField, type NumberField } from "../../src/rl/ttrlConfig.ts";
import { parseNumber } from "../files/decimal.ts";
import { BACKEND_CHOICES } from "../../src/report/backend.ts";

/** A parser of numbers within bounds, for an option's value. */
export function numberWithin({
  min,
  max,
  kind,
}: Pick<NumberField, "min" | "max" | "kind">): (text: string) => number {
  return (text) => {
    const value = parseNumber(text);
    const whole = kind === "number" || Number.isInteger(value);
    if (typeof value !== "number" || !whole || value < min || value > max) {
      throw new InvalidArgumentError(
        `Give a ${kind === "integer" ? "whole number" : "number"} from ${min} to ${max}.`,
      );
    }
    return value;
  };
}

export const modelOption = (): Option =>
  new Option(
    "--model <place>",
    "Hugging Face model folder, such as one of public/models, a GGUF file, or on the Hub hf:owner/name, hf:owner/name@revision, hf:owner/name:file.gguf",
  );

export const cacheOption = (): Option =>
  new Option(
    "--cache <folder>",
    "where models of the Hub are kept (default: ttrl-lab/models in the user's cache folder); HF_TOKEN opens gated ones, HF_ENDPOINT names a mirror",
  );

export const systemOption = (): Option =>
  new Option("--system <text>", "system prompt before every question").default("", "none");

export const suffixOption = (): Option =>
  new Option("--suffix <text>", "text that follows every question in its turn").default("", "none");

export const adapterOption = (meaning: string): Option =>
  new Option("--adapter <folder>", `adapter in PEFT's format, such as the adapter/ of a run; ${meaning}`);

/** Of a command that asks a model something: which one, with what merged into it, and what frames each prompt. */
export const askedModelOptions = (): Option[] => [
  modelOption().makeOptionMandatory(),
  cacheOption(),
  systemOption(),
  suffixOption(),
  adapterOption("merged into the model"),
];

export const backendOption = (): Option =>
  new Option(
    "--backend <name>",
    "auto takes WebGPU on a hardware adapter, else WASM; webgpu-operations is WebGPU without recorded graphs, for comparison",
  )
    .choices(BACKEND_CHOICES)
    .default("auto");

/** An option with the bounds, the default and the meaning of a field of the configuration. */
export function numberOption(
  flags: string,
  field: NumberField,
  changed: { meaning?: string; default?: number } = {},
): Option {
  const { unit, min, max } = field;
  const bounds = `${min} to ${max}${unit === "" ? "" : ` ${unit}`}`;
  return new Option(flags, `${changed.meaning ?? field.meaning} (${bounds})`)
    .argParser(numberWithin(field))
    .default(changed.default ?? field.default);
}

/** One option for each field of a run's configuration; a value that was not given stays undefined. */
export function configOptions(): Option[] {
  return CONFIG_NAMES.map((name) => {
    const field: ConfigField = CONFIG_FIELDS[name];
    return new Option(`--${kebab(name)} <${valueName(field)}>`, describe(field)).helpGroup(`${field.group}:`);
  });
}

/** Longest list of choices that still fits the column of an option's flags. */
const LONGEST_VALUE_NAME = 24;

function valueName(field: ConfigField): string {
  if (field.kind !== "choice") return field.kind;
  const choices = field.choices.join("|");
  return choices.length > LONGEST_VALUE_NAME ? "choice" : choices;
}

function describe(field: ConfigField): string {
  const text = `${field.meaning} (default ${field.default}`;
  if (field.kind === "choice") return `${text}; one of ${field.choices.join(", ")})`;
  return `${text}; ${field.min} to ${field.max}${field.unit === "" ? "" : ` ${field.unit}`})`;
}

/** votesPerQuestion -> votes-per-question */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
