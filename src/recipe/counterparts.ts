/** The mapping of a run's settings to another trainer's, for its configuration and for the bundle's README. */
import { CONFIG_NAMES, DEFAULT_CONFIG, type TtrlConfig } from "../rl/ttrlConfig.ts";

type Setting = keyof TtrlConfig;

/** Value of another trainer's setting. */
export type Value =
  string | number | boolean | readonly number[] | readonly string[] | Readonly<Record<string, string>>;

/** A setting and its counterpart. */
export interface Counterpart {
  readonly setting: Setting;
  /** The other trainer's settings; may be empty. */
  readonly becomes: ReadonlyMap<string, Value>;
  /** Remark on differences; may be empty. */
  readonly note: string;
  /** True if the setting is in effect in the run and the other trainer behaves differently. */
  readonly isLost: boolean;
}

/** Collects counterparts; settings that are never added have none. */
export class Counterparts {
  readonly #entries = new Map<Setting, Counterpart>();

  constructor(readonly config: TtrlConfig) {}

  /** Maps a setting. */
  add(setting: Setting, becomes: Readonly<Record<string, Value>>, note = ""): void {
    this.#entries.set(setting, { setting, becomes: new Map(Object.entries(becomes)), note, isLost: false });
  }

  /** Marks a setting as lost; `instead` describes what the other trainer does. */
  lose(setting: Setting, instead: string, becomes: Readonly<Record<string, Value>> = {}): void {
    const entries = new Map(Object.entries(becomes));
    this.#entries.set(setting, { setting, becomes: entries, note: instead, isLost: true });
  }

  /** All settings, in the order of the configuration. */
  all(): Counterpart[] {
    return CONFIG_NAMES.map((setting) => this.#entries.get(setting) ?? this.#unmapped(setting));
  }

  /** The other trainer's settings. */
  settings(): ReadonlyMap<string, Value> {
    return new Map(this.all().flatMap(({ becomes }) => [...becomes]));
  }

  /** The settings that are in effect in the run and lost. */
  lost(): Counterpart[] {
    return this.all().filter(({ isLost }) => isLost);
  }

  #unmapped(setting: Setting): Counterpart {
    const isLost = this.config[setting] !== DEFAULT_CONFIG[setting];
    return { setting, becomes: new Map(), note: isLost ? "no counterpart" : "off in the run", isLost };
  }
}

/** Formats a value as Hydra and JSON write it, strings without quotes. */
export function valueText(value: Value): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
