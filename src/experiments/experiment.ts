/** An experiment as data: what is run with which seeds, what is read off, and how it is drawn. A file each in experiments/. */
import { configFrom, type TtrlConfig } from "../rl/ttrlConfig.ts";

/** A run but for its seed. */
export interface Subject {
  /** Name of a model folder. */
  readonly model: string;
  /** Name of a data set. */
  readonly dataset: string;
  /** Only the data set's questions of this level. */
  readonly level?: string;
  /** Settings other than the default ones. */
  readonly config: Settings;
}

/** Some fields of the configuration by name; the seed is the experiment's. */
export type Settings = Readonly<Partial<Omit<TtrlConfig, "seed">>>;

/** One run of the experiment, as what differs from its base. */
export interface Variant {
  /** Short, without spaces: what `--only` names. */
  readonly name: string;
  readonly label: string;
  readonly model?: string;
  readonly dataset?: string;
  readonly level?: string;
  readonly config?: Settings;
  /** Where they are not the experiment's. */
  readonly seeds?: readonly number[];
}

/** Another way to let the initial model vote, on the data set of the run. */
export interface InitialVote {
  /** What a reading calls it. */
  readonly name: string;
  readonly temperature: number;
  readonly topP: number;
  readonly samples: number;
}

/** What an evaluation says of each question. */
export type QuestionValue = "passAt1" | "majority";

/** What an evaluation says as a whole. */
export type EvaluationValue = "responseLength" | "entropy" | "unansweredShare" | "majorityRatio";

/** What steps of the loop say. */
export type StepValue =
  | "labelAccuracy"
  | "rewardAccuracy"
  | "groundTruthRatio"
  | "majorityRatio"
  | "reward"
  | "entropy"
  | "responseLength"
  | "flipRate";

/**
 * One number of a run: of an evaluation "before" the first step, "after" the last, or of an initial vote by its name; or a
 * mean over the "first" or the "last" ten steps.
 */
export type Reading = EvaluationReading | StepReading;

export interface EvaluationReading {
  readonly at: string;
  readonly value: QuestionValue | EvaluationValue;
  /** A data set of `evaluate`; the run's own where none is named. */
  readonly dataset?: string;
  /** Only the questions of this level; of the values that questions have. */
  readonly level?: string;
}

export interface StepReading {
  readonly at: "first" | "last";
  readonly value: StepValue;
}

/** A column of the table: a reading, or how far it lies above another one. */
export interface Column {
  readonly label: string;
  readonly read: Reading;
  readonly minus?: EvaluationReading;
}

/** A series by step: of the loop, or of the evaluations in between. */
export interface Series {
  readonly of: "steps" | "evaluations";
  readonly metric: StepValue | QuestionValue;
  readonly label: string;
}

/** The figure. Columns are named by their label. */
export type Plot =
  /** A group of bars for each variant, a bar for each column; `marks` are columns drawn as a line across the group. */
  | { readonly kind: "bars"; readonly columns: readonly string[]; readonly marks?: readonly string[] }
  /** A field for each variant and column; `axes` says what rows and columns are. */
  | { readonly kind: "matrix"; readonly columns: readonly string[]; readonly axes: string }
  /** A panel for each series with a line for each variant; of one variant, one panel. `marks`: of the first variant. */
  | { readonly kind: "curves"; readonly series: readonly Series[]; readonly marks?: readonly string[] };

/** An experiment. */
export interface Experiment {
  readonly name: string;
  readonly title: string;
  /** What it answers, in one sentence. */
  readonly question: string;
  /** The paper's table or figure; null for what the paper does not have. */
  readonly paper: string | null;
  /** What is expected of it, in plain words, written before it was run. */
  readonly expects: string;
  readonly base: Subject;
  readonly variants: readonly Variant[];
  readonly seeds: readonly number[];
  /** Data sets that each run is measured by before and after, beside its own. */
  readonly evaluate: readonly string[];
  readonly initialVotes: readonly InitialVote[];
  readonly table: readonly Column[];
  readonly plot: Plot;
}

/** A variant in full. */
export function subjectOf({ base }: Experiment, variant: Variant): Subject {
  const level = variant.level ?? base.level;
  return {
    model: variant.model ?? base.model,
    dataset: variant.dataset ?? base.dataset,
    ...(level !== undefined && { level }),
    config: { ...base.config, ...variant.config },
  };
}

/** The configuration of a variant's run. Throws where a setting is wrong. */
export function configOf(experiment: Experiment, variant: Variant, seed: number): TtrlConfig {
  return configFrom({ ...subjectOf(experiment, variant).config, seed });
}

/** The seeds of a variant. */
export function seedsOf({ seeds }: Experiment, variant: Variant): readonly number[] {
  return variant.seeds ?? seeds;
}

/** The data sets that a variant is measured by beside its own. */
export function otherDatasets(experiment: Experiment, variant: Variant): readonly string[] {
  const { dataset, level } = subjectOf(experiment, variant);
  return experiment.evaluate.filter((name) => name !== dataset || level !== undefined);
}

/** The name of a data set, or of the part of it that has one level. */
export function datasetName({ dataset, level }: Pick<Subject, "dataset" | "level">): string {
  return level === undefined ? dataset : `${dataset}-${level}`;
}
