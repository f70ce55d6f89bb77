/** The format of an experiment's file. */
import * as z from "zod";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import { EVALUATION_VALUES, QUESTION_VALUES, STEP_VALUES } from "./values.ts";

/** Settings by name; the seed comes from the experiment. `configFrom` checks their names and values. */
export type Settings = Readonly<Partial<Omit<TtrlConfig, "seed">>>;

const settings = z.record(z.string(), z.union([z.number(), z.string()])) as unknown as z.ZodType<Settings>;
const name = z.string().regex(/^[\w.-]+$/, "must be made of letters, digits, dots, - and _");
const seeds = z.array(z.int().check(z.nonnegative())).check(z.minLength(1));
const labels = z.array(z.string());

/** A value of the evaluation "before" the first step, of the one "after" the last, or of an initial vote by its name. */
export const evaluationReading = z.strictObject({
  at: z.string(),
  value: z.enum([...QUESTION_VALUES, ...EVALUATION_VALUES]),
  /** A data set of `evaluate`; default: that of the run. */
  dataset: z.exactOptional(z.string()),
  /** Restricts the value to questions of this level; only for values per question. */
  level: z.exactOptional(z.string()),
});

/** A mean over the "first" or "last" ten steps. */
export const stepReading = z.strictObject({ at: z.enum(["first", "last"]), value: z.enum(STEP_VALUES) });

/** A series by step, of training or of the evaluations during it. */
const series = z.strictObject({
  of: z.enum(["steps", "evaluations"]),
  metric: z.enum([...STEP_VALUES, ...QUESTION_VALUES]),
  label: z.string(),
});

/** The figure; columns are referred to by label. */
const plot = z.discriminatedUnion("kind", [
  /** A group of bars per variant, a bar per column; `marks` are columns drawn as a line across the group. */
  z.strictObject({ kind: z.literal("bars"), columns: labels, marks: z.exactOptional(labels) }),
  /** A field per variant and column; `axes` names the rows and columns. */
  z.strictObject({ kind: z.literal("matrix"), columns: labels, axes: z.string() }),
  /** A panel per series with a line per variant, or one panel for a single variant; `marks` are of the first variant. */
  z.strictObject({ kind: z.literal("curves"), series: z.array(series), marks: z.exactOptional(labels) }),
]);

/** A run without its seed. */
const subject = z.strictObject({
  /** Name of a model folder. */
  model: z.string(),
  dataset: z.string(),
  /** Restricts the data set to the questions of this level. */
  level: z.exactOptional(name),
  /** Settings that differ from the defaults. */
  config: settings,
});

/** One run of the experiment: the differences from its base. */
const variant = z.strictObject({
  /** Used by `--only`. */
  name,
  label: z.string(),
  model: z.exactOptional(z.string()),
  dataset: z.exactOptional(z.string()),
  level: z.exactOptional(name),
  config: z.exactOptional(settings),
  /** Overrides the seeds of the experiment. */
  seeds: z.exactOptional(seeds),
});

/** A further vote of the initial model on the data set of the run; `at` of a reading refers to its name. */
const initialVote = z.strictObject({
  name: z.string(),
  temperature: z.number().check(z.nonnegative(), z.lte(4)),
  topP: z.number().check(z.gte(0.05), z.lte(1)),
  samples: z.int().check(z.gte(1), z.lte(1024)),
});

/** A column of the table: a reading, or its difference from another. */
const column = z.strictObject({
  label: z.string(),
  read: z.union([stepReading, evaluationReading]),
  minus: z.exactOptional(evaluationReading),
});

export const experiment = z.strictObject({
  name,
  title: z.string(),
  /** One sentence. */
  question: z.string(),
  /** The corresponding table or figure of the paper; null if there is none. */
  paper: z.nullable(z.string()),
  /** Expected result, written before the experiment was run. */
  expects: z.string(),
  base: subject,
  variants: z.array(variant).check(z.minLength(1)),
  seeds,
  /** Further data sets on which each run is evaluated before and after training. */
  evaluate: z.array(z.string()),
  initialVotes: z.array(initialVote),
  table: z.array(column),
  plot,
});
