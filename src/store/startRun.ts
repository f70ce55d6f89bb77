/** Starting a run of the current setup. */
import { isLocked, type Stores } from "./stores.ts";
import { chosenModel, type CatalogueState } from "./setup/catalogue.ts";
import { datasetInUse, studyOf, type DatasetState } from "./setup/dataset.ts";
import { memoryObstacle } from "./setup/memory.ts";
import { configOf, type Settings } from "./setup/settings.ts";

/** Returns why the setup cannot be started, as a sentence, or null when it can. */
export function startObstacle(
  catalogue: CatalogueState,
  dataset: DatasetState,
  settings: Settings,
): string | null {
  if (catalogue.status === "failed") return catalogue.message;
  if (catalogue.status === "loading" || dataset.status === "reading") return "Loading models and data sets…";
  if (datasetInUse(dataset) === null) return "No data set: choose one or open a file.";
  return configOf(settings.texts) === null ? "A setting is invalid: see the marked field." : null;
}

/** Starts a run. Does nothing while the setup is incomplete, locked or too large for memory. */
export function startRun(stores: Stores): void {
  const { run, settings, dataset, catalogue, notice, memory } = stores;
  if (memoryObstacle(memory.getState()) !== null) return;
  const { model: modelName, backend, prompt, texts } = settings.getState();
  const model = chosenModel(catalogue.getState(), modelName);
  const loaded = datasetInUse(dataset.getState());
  const config = configOf(texts);
  if (model === null || loaded === null || config === null || isLocked(stores)) return;
  const { name, task, questions, answerKey } = loaded.reading;
  const study = { name, title: loaded.title, task, questions: questions.length, answers: answerKey.size };
  notice.clear();
  const { files, stored } = model;
  const location = { ...(files !== undefined && { files }), ...(stored !== undefined && { stored }) };
  const chosen = { name: model.name, title: model.title, ...location };
  const { options } = loaded;
  const reading = options === undefined ? {} : { datasetOptions: options };
  run.start({ model: chosen, study, ...reading, prompt, backend, config }, studyOf(loaded));
}
