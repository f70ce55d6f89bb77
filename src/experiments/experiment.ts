/** The definition of an experiment, one file each in experiments/: its runs, the columns of its table, its figure. */
import { configFrom, type TtrlConfig } from "../rl/ttrlConfig.ts";

/** A run without its seed. */
export interface Subject {
  /** Name of a model folder. */
  readonly model: string;
  /** Name of a data set. */
  readonly dataset: string;
  /** Restricts the data set to the questions of this level. */
  readonly level?: string;
  /** Settings that differ from the defaults. */
  readonly config: Settings;
}

/** Settings by name; the seed comes from the experiment. */
export type Settings = Readonly<Partial<Omit<TtrlConfig, "seed">>>;

/** One run of the experiment: the differences from its base. */
export interface Variant {
  /** Short, without spaces; used by `--only`. */
  readonly name: string;
  readonly label: string;
  readonly model?: string;
  readonly dataset?: string;
  readonly level?: string;
  readonly config?: Settings;
  /** Overrides the seeds of the experiment. */
  readonly seeds?: readonly number[];
}

/** A further vote of the initial model on the data set of the run. */
export interface InitialVote {
  /** Referred to by `at` of a reading. */
  readonly name: string;
  readonly temperature: number;
  readonly topP: number;
  readonly samples: number;
}

/** Values of an evaluation that exist per question. */
export const QUESTION_VALUES = ["passAt1", "majority"] as const;
export type QuestionValue = (typeof QUESTION_VALUES)[number];

/** Values of an evaluation as a whole. */
export const EVALUATION_VALUES = ["responseLength", "entropy", "unansweredShare", "majorityRatio"] as const;
export type EvaluationValue = (typeof EVALUATION_VALUES)[number];

/** Values of training steps; every result stores their curves. */
export const STEP_VALUES = [
  "labelAccuracy",
  "rewardAccuracy",
  "groundTruthRatio",
  "majorityRatio",
  "reward",
  "entropy",
  "responseLength",
  "flipRate",
] as const;
export type StepValue = (typeof STEP_VALUES)[number];

/**
 * One number of a run: from the evaluation "before" the first step, the one "after" the last or an initial vote by its name;
 * or a mean over the "first" or "last" ten steps.
 */
export type Reading = EvaluationReading | StepReading;

export interface EvaluationReading {
  readonly at: string;
  readonly value: QuestionValue | EvaluationValue;
  /** A data set of `evaluate`; default: that of the run. */
  readonly dataset?: string;
  /** Restricts the value to questions of this level; only for values per question. */
  readonly level?: string;
}

export interface StepReading {
  readonly at: "first" | "last";
  readonly value: StepValue;
}

/** A column of the table: a reading, or its difference from another. */
export interface Column {
  readonly label: string;
  readonly read: Reading;
  readonly minus?: EvaluationReading;
}

/** A series by step, of training or of the evaluations during it. */
export interface Series {
  readonly of: "steps" | "evaluations";
  readonly metric: StepValue | QuestionValue;
  readonly label: string;
}

/** The figure; columns are referred to by label. */
export type Plot =
  /** A group of bars per variant, a bar per column; `marks` are columns drawn as a line across the group. */
  | { readonly kind: "bars"; readonly columns: readonly string[]; readonly marks?: readonly string[] }
  /** A field per variant and column; `axes` names the rows and columns. */
  | { readonly kind: "matrix"; readonly columns: readonly string[]; readonly axes: string }
  /** A panel per series with a line per variant, or one panel for a single variant; `marks` are of the first variant. */
  | { readonly kind: "curves"; readonly series: readonly Series[]; readonly marks?: readonly string[] };

export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly question: string;
  /** The corresponding table or figure of the paper; null if there is none. */
  readonly paper: string | null;
  /** Expected result, written before the experiment was run. */
  readonly expects: string;
  readonly base: Subject;
  readonly variants: readonly Variant[];
  readonly seeds: readonly number[];
  /** Further data sets on which each run is evaluated before and after training. */
  readonly evaluate: readonly string[];
  readonly initialVotes: readonly InitialVote[];
  readonly table: readonly Column[];
  readonly plot: Plot;
}

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
