/** What a run of an experiment needs: its jobs, its set-up, and why this page may not be able to run it. */
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

/** The jobs of these variants that have no cell yet, each variant once before any runs with its next seed. */
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

/** The most seeds that a variant of the experiment has. */
export function mostSeeds(experiment: Experiment): number {
  return Math.max(...experiment.variants.map((variant) => seedsOf(experiment, variant).length));
}

/** A variant by its name. Throws on a name of another experiment. */
export function variantOf(experiment: Experiment, wanted: string): Variant {
  const found = experiment.variants.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`${experiment.name} has no variant "${wanted}"`);
  return found;
}

/** The set-up of a variant's run; the backend stays the user's. */
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

/** What of a variant this page does not have, as a sentence; null when it can be run. */
export function missingFor(
  experiment: Experiment,
  variant: Variant,
  catalogue: CatalogueState,
): string | null {
  if (catalogue.status !== "ready") return "The list of models and data sets is not there.";
  const { model, dataset } = subjectOf(experiment, variant);
  if (chosenModel(catalogue, model) === null) return `Its model, ${model}, does not ship with this page.`;
  const missing = [dataset, ...otherDatasets(experiment, variant)].find(
    (name) => chosenDataset(catalogue, `${name}.json`) === null,
  );
  return missing === undefined ? null : `Its data set ${missing} does not ship with this page.`;
}
