/** A variant of the method: one module with its settings, formula, hooks and metrics. */
import type { CoreConfig } from "../config/coreFields.ts";
import type { ConfigOf, FieldTable } from "../config/field.ts";
import type { Hooks } from "./hooks.ts";
import type { VariantMetricText } from "./metricText.ts";

/** Core settings that variants add choices to. */
export type OpenField = "labelSource" | "voting" | "advantage";

/** Choices that a variant adds, by setting: each with its meaning as a clause of the setting's help. */
export type AddedChoices = Readonly<Partial<Record<OpenField, Readonly<Record<string, string>>>>>;

/** The export of a module in `rl/variants` or `rl/companions`. */
export interface Variant<
  Fields extends FieldTable = FieldTable,
  Choices extends AddedChoices = AddedChoices,
  Metrics extends Readonly<Record<string, VariantMetricText>> = Readonly<Record<string, VariantMetricText>>,
> {
  readonly name: string;
  /** Settings it adds; their defaults switch it off. */
  readonly fields: Fields;
  readonly choices: Choices;
  /** Metrics it adds to a step. */
  readonly metrics: Metrics;
  /** Returns its settings' conflicts with others, as sentences a user can act on. Values may be missing or of a wrong type. */
  problems?(values: Readonly<Record<string, unknown>>): string[];
  /** Returns whether a configuration switches it on. */
  isOn(config: CoreConfig & ConfigOf<Fields>): boolean;
  /** Returns its hooks in a run with this configuration, which switches it on. */
  hooks(config: CoreConfig & ConfigOf<Fields>): Hooks;
}

/* eslint-disable @typescript-eslint/no-generated-empty-object-type -- a variant may declare nothing of a kind */
/** Declares a variant; what is left out is empty. */
export function defineVariant<
  const Fields extends FieldTable = Record<never, never>,
  const Choices extends AddedChoices = Record<never, never>,
  const Metrics extends Readonly<Record<string, VariantMetricText>> = Record<never, never>,
>(
  variant: Pick<Variant<Fields, Choices, Metrics>, "name" | "problems" | "isOn" | "hooks"> & {
    readonly fields?: Fields;
    readonly choices?: Choices;
    readonly metrics?: Metrics;
  },
): Variant<Fields, Choices, Metrics> {
  // Where one is left out, its type is that of the empty record.
  const empty = { fields: {} as Fields, choices: {} as Choices, metrics: {} as Metrics };
  return { ...empty, ...variant };
}
