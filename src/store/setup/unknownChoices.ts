/** Settings that name a model or data set the page does not have. */
import type { NoticeStore } from "../notice.ts";
import { chosenDataset, chosenModel, type CatalogueStore } from "./catalogue.ts";
import type { SettingsStore } from "./settings.ts";

interface Choices {
  readonly settings: SettingsStore;
  readonly catalogue: CatalogueStore;
  readonly notice: NoticeStore;
}

/** Replaces an unknown model or data set, for instance one named by a link, by the default and shows a notice. */
export function resetUnknownChoices({ settings, catalogue, notice }: Choices): void {
  const state = catalogue.getState();
  const { model, dataset } = settings.getState();
  if (state.status !== "ready") return;
  const isModelUnknown = model !== null && chosenModel(state, model) === null;
  const isDatasetUnknown = dataset !== null && chosenDataset(state, dataset) === null;
  const unknown = [
    ...(isModelUnknown ? [`model "${model}"`] : []),
    ...(isDatasetUnknown ? [`data set "${dataset}"`] : []),
  ];
  if (unknown.length === 0) return;
  settings.setState({
    model: isModelUnknown ? null : model,
    dataset: isDatasetUnknown ? null : dataset,
  });
  notice.error(`Not available: ${unknown.join(", ")}. The default is selected instead.`);
}
