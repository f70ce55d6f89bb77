/** A setting of a run: type, default, bounds, unit and meaning, stated once. The form and the command line read it. */
export type ConfigField = NumberField | ChoiceField;

/** Groups of settings in the order a form shows them. */
export const FIELD_GROUPS = [
  "Loop",
  "Sampling",
  "Votes",
  "Rewards",
  "Optimizer",
  "Update",
  "Critic and reward model",
  "Adapter",
  "Evaluation",
] as const;

interface FieldText {
  readonly label: string;
  readonly group: (typeof FIELD_GROUPS)[number];
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

export interface ChoiceField<Choice extends string = string> extends FieldText {
  readonly kind: "choice";
  readonly default: Choice;
  readonly choices: readonly Choice[];
}

/** Settings by name. */
export type FieldTable = Readonly<Record<string, ConfigField>>;

/** The values of a table of settings. */
export type ConfigOf<Fields extends FieldTable> = {
  readonly [Name in keyof Fields]: Fields[Name] extends ChoiceField<infer Choice> ? Choice : number;
};

/** A whole number: group, label, default, bounds, unit, meaning. */
export const integer = (
  group: FieldText["group"],
  label: string,
  fallback: number,
  [min, max]: readonly [number, number],
  unit: string,
  meaning: string,
): NumberField => ({ kind: "integer", group, label, default: fallback, min, max, unit, meaning });

/** A real number; arguments as for `integer`. */
export const real = (...field: Parameters<typeof integer>): NumberField => ({
  ...integer(...field),
  kind: "number",
});

/** A choice; the first is the default. */
export const choice = <const Choice extends string>(
  group: FieldText["group"],
  label: string,
  choices: readonly [Choice, ...Choice[]],
  meaning: string,
): ChoiceField<Choice> => ({ kind: "choice", group, label, default: choices[0], choices, meaning });

/** Says what is wrong with a value of the field, as the end of a sentence that begins with its name; null when nothing is. */
export function fieldProblem(field: ConfigField, value: unknown): string | null {
  if (field.kind === "choice") {
    return typeof value === "string" && field.choices.includes(value)
      ? null
      : `must be one of ${field.choices.join(", ")}; got ${JSON.stringify(value)}`;
  }
  if (typeof value !== "number" || !Number.isFinite(value))
    return `must be a number; got ${JSON.stringify(value)}`;
  if (field.kind === "integer" && !Number.isInteger(value)) return `must be a whole number; got ${value}`;
  if (value < field.min || value > field.max)
    return `must be within ${field.min} and ${field.max}; got ${value}`;
  return null;
}
