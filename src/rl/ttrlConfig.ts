/** The configuration of a run: every setting of the method and of all its variants. The form and the command line read it. */
import type { CLOSED_FIELDS, OPEN_FIELDS } from "./config/coreFields.ts";
import type { ChoiceField, ConfigOf, NumberField, TextField } from "./config/field.ts";
import type { Method } from "./contracts/method.ts";
import type { OpenField } from "./contracts/variant.ts";
import { createRegistry } from "./registry.ts";
import { VARIANTS } from "./variants/list.ts";

export type { ChoiceField, ConfigField, NumberField } from "./config/field.ts";

type AnyVariant = (typeof VARIANTS)[number];

/** The intersection of a union's members. */
type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

/** Names that a variant adds to a core setting. */
type AddedChoice<Name extends OpenField, Of = AnyVariant> = Of extends {
  readonly choices: Readonly<Record<Name, infer Added>>;
}
  ? keyof Added
  : never;

/** A run's hyperparameters. */
export type TtrlConfig = ConfigOf<typeof CLOSED_FIELDS> & {
  readonly [Name in OpenField]: (typeof OPEN_FIELDS)[Name]["default"] | AddedChoice<Name>;
} & ConfigOf<Intersection<AnyVariant["fields"]>>;

const REGISTRY = createRegistry(VARIANTS);

/** All settings by name, in the order a form shows them. */
export const CONFIG_FIELDS = REGISTRY.fields as {
  readonly [Name in keyof TtrlConfig]: TtrlConfig[Name] extends number
    ? NumberField
    : string extends TtrlConfig[Name]
      ? TextField
      : ChoiceField;
}; // typed by the same list

/** The names of all settings. */
export const CONFIG_NAMES = Object.keys(CONFIG_FIELDS) as (keyof TtrlConfig)[]; // keys of a table without others

/** The metrics that variants add to a step. */
export const ADDED_METRICS = REGISTRY.metrics;

/** Returns every problem of a set of values, as sentences a user can act on; [] when the values are valid. */
export const configProblems = REGISTRY.problems;

/** Returns a configuration from some values, defaults elsewhere. Throws a RangeError when a value is unknown or out of bounds. */
export function configFrom(values: Readonly<Record<string, unknown>>): TtrlConfig {
  return REGISTRY.configFrom(values) as TtrlConfig; // of the same variants
}

/** The demo: what one click runs. */
export const DEFAULT_CONFIG: TtrlConfig = configFrom({});

/** Returns the method of a run with this configuration. */
export function methodOf(config: TtrlConfig): Method {
  return REGISTRY.methodOf(config);
}
