/** The jobs of an experiment, their settings, and what the page lacks to run them. */
import {
  otherDatasets,
  seedsOf,
  subjectOf,
  type Experiment,
  type Variant,
} from "../../experiments/experiment.ts";
import type { ResultCell } from "../../experiments/result.ts";
import { chosenDataset, chosenModel, type CatalogueState } from "../setup/catalogue.ts";
import type { Job } from "./experimentQueue.ts";
import { defaultText, textsBy, type Settings } from "../setup/settings.ts";

/** Returns the jobs that have no cell yet: the first seed of every variant, then the second, and so on. */
export function jobsLeft(
  experiment: Experiment,
  variants: readonly Variant[],
  seedsEach: number,
  cells: readonly ResultCell[],
): readonly Job[] {
  const rounds = Array.from({ length: seedsEach }, (_, round) =>
    variants.flatMap((variant): Job[] => {
      const seed = seedsOf(experiment, variant)[round];
      return seed === undefined ? [] : [{ variant: variant.name, seed }];
    }),
  );
  return rounds
    .flat()
    .filter((job) => !cells.some(({ variant, seed }) => variant === job.variant && seed === job.seed));
}

/** Returns the largest number of seeds of a variant. */
export function mostSeeds(experiment: Experiment): number {
  return Math.max(...experiment.variants.map((variant) => seedsOf(experiment, variant).length));
}

/** Returns a variant by its name. Throws if the experiment has none of that name. */
export function variantOf(experiment: Experiment, wanted: string): Variant {
  const found = experiment.variants.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`${experiment.name} has no variant "${wanted}"`);
  return found;
}

/** Returns the settings of a variant's run; the backend remains the user's choice. */
export function settingsFor(
  experiment: Experiment,
  variant: Variant,
  seed: number,
): Pick<Settings, "model" | "dataset" | "texts"> {
  const { model, dataset, config } = subjectOf(experiment, variant);
  const values = new Map(Object.entries({ ...config, seed }));
  return {
    model,
    dataset: `${dataset}.json`,
    texts: textsBy((name) => String(values.get(name) ?? defaultText(name))),
  };
}

/** Returns which model or data set of a variant the page lacks, as a sentence; null if it lacks none. */
export function missingFor(
  experiment: Experiment,
  variant: Variant,
  catalogue: CatalogueState,
): string | null {
  if (catalogue.status !== "ready") return "The list of models and data sets is not loaded.";
  const { model, dataset } = subjectOf(experiment, variant);
  if (chosenModel(catalogue, model) === null) return `Its model, ${model}, does not ship with this page.`;
  const missing = [dataset, ...otherDatasets(experiment, variant)].find(
    (name) => chosenDataset(catalogue, `${name}.json`) === null,
  );
  return missing === undefined ? null : `Its data set ${missing} does not ship with this page.`;
}
