/** A list of variants -> the settings, metrics and methods of the runs they allow. */
import { composeMethod } from "./compose.ts";
import { CLOSED_FIELDS, coreProblems, OPEN_FIELDS, type CoreConfig } from "./config/coreFields.ts";
import {
  fieldProblem,
  FIELD_GROUPS,
  type ChoiceField,
  type ConfigField,
  type FieldTable,
} from "./config/field.ts";
import type { Method } from "./contracts/method.ts";
import type { VariantMetricText } from "./contracts/metricText.ts";
import type { OpenField, Variant } from "./contracts/variant.ts";

/** Values of settings by name. */
type Values = Readonly<Record<string, unknown>>;

/** Everything that depends on which variants there are. */
export interface Registry {
  /** All settings, in the order a form shows them. */
  readonly fields: FieldTable;
  /** Metrics that the variants add. */
  readonly metrics: Readonly<Record<string, VariantMetricText>>;
  /** Returns every problem of a set of values, as sentences a user can act on; [] when they are valid. */
  readonly problems: (values: Values) => string[];
  /** Returns a configuration from some values, defaults elsewhere. Throws a RangeError when a value is unknown or out of bounds. */
  readonly configFrom: (values: Values) => CoreConfig;
  readonly methodOf: (config: CoreConfig) => Method;
}

/** Builds the registry of a list of variants. */
export function createRegistry(variants: readonly Variant[]): Registry {
  const fields = fieldsOf(variants);
  const names = Object.keys(fields);
  const problems = (values: Values): string[] => [
    ...Object.keys(values)
      .filter((name) => !Object.hasOwn(fields, name)) // "toString" is no setting
      .map((name) => `unknown setting "${name}"; known: ${names.join(", ")}`),
    ...Object.entries(fields).flatMap(([name, field]) => {
      const problem = Object.hasOwn(values, name) ? fieldProblem(field, values[name]) : null;
      return problem === null ? [] : [`${name} ${problem}`];
    }),
    ...coreProblems(values),
    ...variants.flatMap((variant) => variant.problems?.(values) ?? []),
  ];
  return {
    fields,
    metrics: Object.assign({}, ...variants.map(({ metrics }) => metrics)) as Registry["metrics"], // tables of texts alike
    problems,
    configFrom(values) {
      const found = problems(values);
      if (found.length > 0) throw new RangeError(found.join("; "));
      const defaults = Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [name, field.default]),
      );
      return { ...defaults, ...values } as unknown as CoreConfig; // each value was checked against its own field
    },
    methodOf: (config) => composeMethod(config, variants),
  };
}

/** All settings, by group: the core's first, then the variants'. */
function fieldsOf(variants: readonly Variant[]): FieldTable {
  const open = Object.entries<ChoiceField>(OPEN_FIELDS).map(([name, field]): [string, ConfigField] => [
    name,
    withChoices(name as OpenField, field, variants),
  ]);
  const all: [string, ConfigField][] = [
    ...Object.entries<ConfigField>(CLOSED_FIELDS),
    ...open,
    ...variants.flatMap(({ fields }) => Object.entries(fields)),
  ];
  return Object.fromEntries(
    FIELD_GROUPS.flatMap((group) => all.filter(([, field]) => field.group === group)),
  );
}

/** A core setting with the choices that variants add to it. */
function withChoices(name: OpenField, field: ChoiceField, variants: readonly Variant[]): ChoiceField {
  const added = variants.flatMap(({ choices }) => Object.entries(choices[name] ?? {}));
  const clauses = added.map(([choice, meaning]) => `; ${choice}: ${meaning}`);
  return {
    ...field,
    choices: [...field.choices, ...added.map(([choice]) => choice)],
    meaning: `${field.meaning}${clauses.join("")}.`,
  };
}
