/** A setting of a run: type, default, bounds, unit and meaning, stated once. The form and the command line read it. */
export type ConfigField = NumberField | ChoiceField | TextField;

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

export interface TextField extends FieldText {
  readonly kind: "text";
  readonly default: string;
  /** Values to propose. */
  readonly examples: readonly string[];
  /** Returns what is wrong with a value, as the end of a sentence that begins with the setting's name. */
  readonly problem: (value: string) => string | null;
}

/** Settings by name. */
export type FieldTable = Readonly<Record<string, ConfigField>>;

/** The values of a table of settings. */
export type ConfigOf<Fields extends FieldTable> = {
  readonly [Name in keyof Fields]: Fields[Name] extends ChoiceField<infer Choice>
    ? Choice
    : Fields[Name] extends TextField
      ? string
      : number;
};

type NumberFacts = Pick<NumberField, "group" | "label" | "default"> & {
  readonly bounds: readonly [min: number, max: number];
  readonly unit?: string;
};

function number(kind: NumberField["kind"], facts: NumberFacts, meaning: string): NumberField {
  const { bounds: [min, max], unit = "", ...rest } = facts; // prettier-ignore
  return { kind, ...rest, min, max, unit, meaning };
}

/** A whole number. */
export const integer = (facts: NumberFacts, meaning: string): NumberField =>
  number("integer", facts, meaning);

/** A real number. */
export const real = (facts: NumberFacts, meaning: string): NumberField => number("number", facts, meaning);

/** A choice; the first is the default. */
export const choice = <const Choice extends string>(
  facts: Pick<FieldText, "group" | "label"> & { readonly choices: readonly [Choice, ...Choice[]] },
  meaning: string,
): ChoiceField<Choice> => ({ kind: "choice", default: facts.choices[0], ...facts, meaning });

/** A text; the first example is the default. */
export const text = (
  facts: Pick<TextField, "group" | "label" | "problem"> & {
    readonly examples: readonly [string, ...string[]];
  },
  meaning: string,
): TextField => ({ kind: "text", default: facts.examples[0], ...facts, meaning });

/** Says what is wrong with a value of the field, as the end of a sentence that begins with its name; null when nothing is. */
export function fieldProblem(field: ConfigField, value: unknown): string | null {
  if (field.kind === "choice") {
    return typeof value === "string" && field.choices.includes(value)
      ? null
      : `must be one of ${field.choices.join(", ")}; got ${JSON.stringify(value)}`;
  }
  if (field.kind === "text")
    return typeof value === "string" ? field.problem(value) : `must be a text; got ${JSON.stringify(value)}`;
  if (typeof value !== "number" || !Number.isFinite(value))
    return `must be a number; got ${JSON.stringify(value)}`;
  if (field.kind === "integer" && !Number.isInteger(value)) return `must be a whole number; got ${value}`;
  if (value < field.min || value > field.max)
    return `must be within ${field.min} and ${field.max}; got ${value}`;
  return null;
}
