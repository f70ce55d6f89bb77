/** Starting a run of the current setup. */
import type { StudyMessage } from "../worker/protocol.ts";
import { isLocked, type Stores } from "./stores.ts";
import type { RunSetup } from "./run/record.ts";
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
  const chosen = memoryObstacle(stores.memory.getState()) === null ? setupInUse(stores) : null;
  if (chosen === null) return;
  stores.notice.clear();
  stores.tryOut.close();
  stores.run.start(chosen.setup, chosen.study);
}

/** Samples a few responses with the setup. Does nothing while it is incomplete or locked. */
export function startTry(stores: Stores): void {
  const chosen = setupInUse(stores);
  if (chosen === null) return;
  stores.notice.clear();
  stores.tryOut.start(chosen.setup, chosen.study);
}

/** Returns the current setup and its data set; null while it is incomplete or locked. */
function setupInUse(stores: Stores): { setup: RunSetup; study: StudyMessage } | null {
  const { settings, dataset, catalogue } = stores;
  const { model: modelName, backend, prompt, texts } = settings.getState();
  const model = chosenModel(catalogue.getState(), modelName);
  const loaded = datasetInUse(dataset.getState());
  const config = configOf(texts);
  if (model === null || loaded === null || config === null || isLocked(stores)) return null;
  const { name, task, questions, answerKey } = loaded.reading;
  const study = { name, title: loaded.title, task, questions: questions.length, answers: answerKey.size };
  const { files, stored } = model;
  const location = { ...(files !== undefined && { files }), ...(stored !== undefined && { stored }) };
  const chosen = { name: model.name, title: model.title, ...location };
  const { options } = loaded;
  const reading = options === undefined ? {} : { datasetOptions: options };
  const setup = {
    model: chosen,
    study,
    ...reading,
    prompt: { date: new Date().toISOString().slice(0, 10), ...prompt },
    backend,
    config,
  };
  return { setup, study: studyOf(loaded) };
}
