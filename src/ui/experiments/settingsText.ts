/** Experiments and variants as text. */
import type { Subject } from "../../experiments/experiment.ts";
import { CONFIG_FIELDS, CONFIG_NAMES } from "../../rl/ttrlConfig.ts";
import { chosenDataset, chosenModel, type CatalogueState } from "../../store/setup/catalogue.ts";

/** Returns the settings of an experiment or the changes of a variant: "Abacus 0.2M · Word problems · Steps 40". */
export function subjectText(
  { model, dataset, level, config = {} }: Partial<Subject>,
  catalogue: CatalogueState,
): string {
  return [
    ...(model === undefined ? [] : [chosenModel(catalogue, model)?.title ?? model]),
    ...(dataset === undefined ? [] : [chosenDataset(catalogue, `${dataset}.json`)?.title ?? dataset]),
    ...(level === undefined ? [] : [`level ${level}`]),
    ...changesOf(config),
  ].join(" · ");
}

function changesOf(config: Subject["config"]): string[] {
  const values: Readonly<Record<string, number | string>> = config;
  return CONFIG_NAMES.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [`${CONFIG_FIELDS[name].label} ${value}`];
  });
}
