/** Reads a run's configuration: preset, adapter, file, --set and named options, later ones overriding earlier ones. */
import * as z from "zod";
import { CONFIG_NAMES, configFrom, configProblems, type TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import { PAPER_PRESET } from "../../src/rl/paperPreset.ts";
import { InputError, messageOf } from "../inputError.ts";
import { issuesOf } from "./jsonLines.ts";
import { readText } from "./textFile.ts";

const settings = z.record(z.string(), z.unknown());
/** The run.json of a run, or the one that the page exports, holds its settings under "config". */
const runFile = z.object({ config: settings });

/** Sets of settings by name. */
export const PRESETS = { paper: PAPER_PRESET } as const;

/** Options of a command that determine the configuration. */
export interface SettingOptions {
  readonly preset?: keyof typeof PRESETS;
  readonly config?: string;
  readonly set?: readonly string[];
  /** Fields of the configuration by name, as typed; other options are ignored. */
  readonly [option: string]: unknown;
}

/**
 * Returns the configuration. `adapter` holds the settings of the adapter to continue, of which only the dropout may be
 * overridden. Errors name the source of the value.
 */
export function readSettings(options: SettingOptions, adapter: Partial<TtrlConfig> = {}): TtrlConfig {
  const { preset, config, set = [] } = options;
  const given = Object.fromEntries(
    CONFIG_NAMES.map((name) => [name, options[name]] as const)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === "string" ? parseNumber(value) : value]),
  );
  const layers = [
    { place: "--adapter", values: adapter },
    { place: config ?? "", values: config === undefined ? {} : readConfigFile(config) },
    { place: "--set", values: Object.fromEntries(set.map(parseAssignment)) },
    { place: "command line", values: given },
  ];
  for (const { place, values } of layers) {
    const [problem] = configProblems({ votesPerQuestion: 1024, ...values }); // rollouts are held against votes below
    if (problem !== undefined) throw new InputError(`${place}: ${problem}`);
  }
  const merged = Object.fromEntries(
    [preset === undefined ? {} : PRESETS[preset], ...layers.map(({ values }) => values)].flatMap(
      Object.entries,
    ),
  );
  const problems = configProblems(merged);
  if (problems.length > 0) throw new InputError(problems.join("; "));
  throwIfOther(merged, adapter);
  return configFrom(merged);
}

function throwIfOther(merged: Readonly<Record<string, unknown>>, adapter: Partial<TtrlConfig>): void {
  for (const [name, value] of Object.entries(adapter)) {
    if (name === "loraDropout" || merged[name] === value) continue;
    throw new InputError(
      `${name} is ${value} with this --adapter, and ${String(merged[name])} was asked for`,
    );
  }
}

/** Returns the decimal number that a text spells, or the text if it spells none. */
export function parseNumber(text: string): number | string {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

function parseAssignment(text: string): [string, unknown] {
  const [name, ...rest] = text.split("=");
  if (name === undefined || rest.length === 0) {
    throw new InputError(`--set ${text}: no value; write name=value, such as --set learningRate=3e-5`);
  }
  return [name.trim(), parseNumber(rest.join("=").trim())];
}

function readConfigFile(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readText(path).text);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path}: not JSON (${messageOf(error)}); give one object of settings by name`);
  }
  const parsed = settings.safeParse(value);
  if (!parsed.success)
    throw new InputError(`${path}: ${issuesOf(parsed.error)}; give one object of settings by name`);
  const run = runFile.safeParse(parsed.data);
  return run.success ? run.data.config : parsed.data;
}
