/** The definition of an experiment, one file each in experiments/: its runs, the columns of its table, its figure. */
import type * as z from "zod";
import { configFrom, type TtrlConfig } from "../rl/ttrlConfig.ts";
import type { evaluationReading, experiment, stepReading } from "./schema.ts";

/** A value from a file, which nobody changes. */
type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Immutable<T[Name]> }
    : T;

export type Experiment = Immutable<z.infer<typeof experiment>>;
export type Subject = Experiment["base"];
export type Variant = Experiment["variants"][number];
export type Column = Experiment["table"][number];
export type Plot = Experiment["plot"];
export type Series = Extract<Plot, { kind: "curves" }>["series"][number];
export type EvaluationReading = Immutable<z.infer<typeof evaluationReading>>;
export type StepReading = Immutable<z.infer<typeof stepReading>>;

/** Returns a variant with the values of its base filled in. */
export function subjectOf({ base }: Experiment, variant: Variant): Subject {
  const level = variant.level ?? base.level;
  return {
    model: variant.model ?? base.model,
    dataset: variant.dataset ?? base.dataset,
    ...(level !== undefined && { level }),
    config: { ...base.config, ...variant.config },
  };
}

/** Returns the configuration of a variant's run. Throws if a setting is invalid. */
export function configOf(experiment: Experiment, variant: Variant, seed: number): TtrlConfig {
  return configFrom({ ...subjectOf(experiment, variant).config, seed });
}

/** Returns the seeds of a variant. */
export function seedsOf({ seeds }: Experiment, variant: Variant): readonly number[] {
  return variant.seeds ?? seeds;
}

/** Returns the data sets other than its own on which a variant is evaluated. */
export function otherDatasets(experiment: Experiment, variant: Variant): readonly string[] {
  const { dataset, level } = subjectOf(experiment, variant);
  return experiment.evaluate.filter((name) => name !== dataset || level !== undefined);
}

/** Returns the name of a data set, or of its part with one level. */
export function datasetName({ dataset, level }: Pick<Subject, "dataset" | "level">): string {
  return level === undefined ? dataset : `${dataset}-${level}`;
}
