/** Options that several commands share, and the parsers of their values. */
import { InvalidArgumentError, Option, type Command } from "commander";
import { CONFIG_FIELDS, CONFIG_NAMES, type ConfigField, type NumberField } from "../../src/rl/ttrlConfig.ts";
import { parseNumber, PRESETS } from "../files/settings.ts";
import { BACKEND_CHOICES } from "../../src/report/backend.ts";

/** Adds options to a command and returns it. */
export function addOptions(command: Command, options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

/** Returns a parser of numbers within bounds. */
export function numberWithin({ min, max, kind }: Pick<NumberField, "min" | "max" | "kind">) {
  return (text: string): number => {
    const value = parseNumber(text);
    const whole = kind === "number" || Number.isInteger(value);
    if (typeof value === "number" && whole && value >= min && value <= max) return value;
    const what = kind === "integer" ? "whole number" : "number";
    throw new InvalidArgumentError(`Give a ${what} from ${min} to ${max}.`);
  };
}

/** Returns a parser of sizes in bytes, such as "8GB"; a KB has `kilo` bytes, a KiB 1024. */
export function sizeParser(kilo: number, examples: string) {
  return (text: string): number => {
    const [, number, prefix = "", binary] = /^([\d.]+) ?([KMGT])(i?)B$/i.exec(text) ?? [];
    const base = binary === "" ? kilo : 1024;
    const bytes = Number(number) * base ** ("KMGT".indexOf(prefix.toUpperCase()) + 1);
    if (bytes > 0) return bytes;
    throw new InvalidArgumentError(`Give a size such as ${examples}.`);
  };
}

/** Options of commands that plan memory: machine and output. */
export const planningOptions = (): Option[] => [
  new Option("--backend <name>", "auto plans for WebGPU on a hardware adapter, else for WASM")
    .choices(["auto", "wasm", "webgpu"])
    .default("auto"),
  new Option(
    "--limit <size>",
    "available memory, such as 8GB (at most 4GB on WASM; a GPU does not report its own)",
  ).argParser(sizeParser(1024, "8GB or 512MB")),
  new Option("--format <name>", "output format").choices(["markdown", "json"]).default("markdown"),
];

export const modelOption = (): Option =>
  new Option(
    "--model <source>",
    "Hugging Face model folder, such as one of public/models, a GGUF file, or on the Hub hf:owner/name, hf:owner/name@revision, hf:owner/name:file.gguf",
  );

export const cacheOption = (): Option =>
  new Option(
    "--cache <folder>",
    "cache folder for models and data sets of the Hub (default: ttrl-lab/models in the user's cache folder); HF_TOKEN gives access to gated ones, HF_ENDPOINT selects a mirror",
  );

export const adapterOption = (meaning: string): Option =>
  new Option("--adapter <folder>", `LoRA adapter in PEFT's format, such as adapter/ of a run; ${meaning}`);

/** Returns the options that name a model, its adapter and the frame of every prompt. */
export const modelOptions = (adapterUse: string): [Option, ...Option[]] => [
  modelOption(),
  cacheOption(),
  new Option("--system <text>", "system prompt before every question").default("", "none"),
  new Option("--suffix <text>", "text appended to every question").default("", "none"),
  new Option(
    "--template <jinja>",
    'chat template in place of the model\'s own, such as "$(cat template.jinja)"',
  ),
  new Option(
    "--template-arg <name=value...>",
    "arguments of the chat template, such as enable_thinking=false; a value is JSON or else text",
  ),
  new Option(
    "--date <day>",
    "day that the chat template's strftime_now formats, as yyyy-mm-dd (default: today)",
  ).argParser(dayOf),
  adapterOption(adapterUse),
];

function dayOf(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError("Give a day such as 2026-07-26.");
}

/** Returns the options of commands that sample or score with a model. */
export function inferenceOptions(): Option[] {
  const [model, ...others] = modelOptions("merged into the model");
  return [model.makeOptionMandatory(), ...others];
}

export const backendOption = (): Option =>
  new Option(
    "--backend <name>",
    "auto takes WebGPU on a hardware adapter, else WASM; webgpu-operations is WebGPU without recorded graphs, for comparison",
  )
    .choices(BACKEND_CHOICES)
    .default("auto");

/** Returns an option with the bounds, the default and the meaning of a field of the configuration. */
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

/** Returns the options that name several settings at once. */
export const settingsOptions = (): Option[] => [
  new Option(
    "--preset <name>",
    "initial settings: paper uses the authors', including the defects of their code",
  ).choices(Object.keys(PRESETS)),
  new Option("--config <file>", "JSON object of settings by name, or the run.json of another run"),
  new Option("--set <name=value...>", "settings by name; they override --config"),
];

/** Returns one option for each field of a run's configuration, without a default. */
export function configOptions(): Option[] {
  return CONFIG_NAMES.map((name) => {
    const field: ConfigField = CONFIG_FIELDS[name];
    return new Option(`--${kebab(name)} <${valueName(field)}>`, describe(field)).helpGroup(`${field.group}:`);
  });
}

/** Maximum length of a list of choices in the column of an option's flags. */
const LONGEST_VALUE_NAME = 24;

function valueName(field: ConfigField): string {
  if (field.kind !== "choice") return field.kind;
  const choices = field.choices.join("|");
  return choices.length > LONGEST_VALUE_NAME ? "choice" : choices;
}

function describe(field: ConfigField): string {
  const text = `${field.meaning} (default ${field.default}`;
  if (field.kind === "text") return `${text})`;
  if (field.kind === "choice") return `${text}; one of ${field.choices.join(", ")})`;
  return `${text}; ${field.min} to ${field.max}${field.unit === "" ? "" : ` ${field.unit}`})`;
}

/** votesPerQuestion -> votes-per-question */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
