/** What a field of the configuration says of itself. */

/** A field of the configuration as the form and the command line show it. */
export type ConfigField = NumberField | ChoiceField;

interface FieldText {
  readonly label: string;
  readonly group:
    | "Loop"
    | "Sampling"
    | "Votes"
    | "Rewards"
    | "Update"
    | "Critic and reward model"
    | "Adapter"
    | "Optimizer"
    | "Evaluation";
  /** One sentence: what it does and which way to turn it. */
  readonly meaning: string;
}

export interface NumberField extends FieldText {
  readonly kind: "integer" | "number";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

export interface ChoiceField extends FieldText {
  readonly kind: "choice";
  readonly default: string;
  readonly choices: readonly string[];
}

/** A whole number: group, label, default, bounds, unit, meaning. */
export const integer = (
  group: FieldText["group"],
  label: string,
  fallback: number,
  [min, max]: readonly [number, number],
  unit: string,
  meaning: string,
): NumberField => ({ kind: "integer", group, label, default: fallback, min, max, unit, meaning });

/** A real number, told as `integer` is. */
export const real = (...field: Parameters<typeof integer>): NumberField => ({
  ...integer(...field),
  kind: "number",
});

/** A choice; the first is the default. */
export const choice = (
  group: FieldText["group"],
  label: string,
  choices: readonly [string, ...string[]],
  meaning: string,
): ChoiceField => ({ kind: "choice", group, label, default: choices[0], choices, meaning });
