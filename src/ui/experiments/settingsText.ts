/** What a variant is, in words of the form. */
import type { Subject, Variant } from "../../experiments/experiment.ts";
import { CONFIG_FIELDS, CONFIG_NAMES } from "../../rl/ttrlConfig.ts";
import { chosenDataset, chosenModel, type CatalogueState } from "../../store/setup/catalogue.ts";

/** What an experiment starts from: "Abacus 0.2M · Word problems · Steps 40". */
export function subjectText({ model, dataset, level, config }: Subject, catalogue: CatalogueState): string {
  return [
    modelTitle(model, catalogue),
    datasetTitle(dataset, catalogue),
    ...(level === undefined ? [] : [`level ${level}`]),
    ...changesOf(config),
  ].join(" · ");
}

/** What a variant changes of that; empty when it changes nothing. */
export function variantText(
  { model, dataset, level, config = {} }: Variant,
  catalogue: CatalogueState,
): string {
  return [
    ...(model === undefined ? [] : [modelTitle(model, catalogue)]),
    ...(dataset === undefined ? [] : [datasetTitle(dataset, catalogue)]),
    ...(level === undefined ? [] : [`level ${level}`]),
    ...changesOf(config),
  ].join(" · ");
}

function modelTitle(name: string, catalogue: CatalogueState): string {
  return chosenModel(catalogue, name)?.title ?? name;
}

function datasetTitle(name: string, catalogue: CatalogueState): string {
  return chosenDataset(catalogue, `${name}.json`)?.title ?? name;
}

function changesOf(config: Subject["config"]): string[] {
  const values: Readonly<Record<string, number | string>> = config;
  return CONFIG_NAMES.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [`${CONFIG_FIELDS[name].label} ${value}`];
  });
}
