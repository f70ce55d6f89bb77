/** What a run's settings become in another trainer: a list to configure it by, and the same list told to people. */
import { CONFIG_NAMES, DEFAULT_CONFIG, type TtrlConfig } from "../rl/ttrlConfig.ts";

type Setting = keyof TtrlConfig;

/** One of the other trainer's settings. */
export type Value =
  string | number | boolean | readonly number[] | readonly string[] | Readonly<Record<string, string>>;

/** A setting and its counterpart. */
export interface Counterpart {
  readonly setting: Setting;
  /** The other trainer's settings; empty where it has none. */
  readonly becomes: ReadonlyMap<string, Value>;
  /** In what it differs, or why there is none; "" where there is nothing to say. */
  readonly note: string;
  /** Whether the run would go on by other rules than this setting's. */
  readonly isLost: boolean;
}

/** Collects counterparts; a setting that nobody names has none. */
export class Counterparts {
  readonly #entries = new Map<Setting, Counterpart>();

  constructor(readonly config: TtrlConfig) {}

  /** Says what a setting becomes. */
  add(setting: Setting, becomes: Readonly<Record<string, Value>>, note = ""): void {
    this.#entries.set(setting, { setting, becomes: new Map(Object.entries(becomes)), note, isLost: false });
  }

  /** Says that the other trainer does not do what the run does, and what it does instead. */
  lose(setting: Setting, instead: string, becomes: Readonly<Record<string, Value>> = {}): void {
    const entries = new Map(Object.entries(becomes));
    this.#entries.set(setting, { setting, becomes: entries, note: instead, isLost: true });
  }

  /** Every setting of the configuration, in its order. */
  all(): Counterpart[] {
    return CONFIG_NAMES.map((setting) => this.#entries.get(setting) ?? this.#unnamed(setting));
  }

  /** The other trainer's settings. */
  settings(): ReadonlyMap<string, Value> {
    return new Map(this.all().flatMap(({ becomes }) => [...becomes]));
  }

  /** What is in effect in the run and lost there. */
  lost(): Counterpart[] {
    return this.all().filter(({ isLost }) => isLost);
  }

  #unnamed(setting: Setting): Counterpart {
    const isLost = this.config[setting] !== DEFAULT_CONFIG[setting];
    return { setting, becomes: new Map(), note: isLost ? "no counterpart" : "off here", isLost };
  }
}
