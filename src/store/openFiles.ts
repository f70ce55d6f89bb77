/** Opening the user's files: a data set, a run configuration or a model. */
import { isLocked, type Stores } from "./stores.ts";
import { chosenDataset, chosenModel, messageOf } from "./setup/catalogue.ts";
import { readConfiguration, type ReadConfiguration } from "./setup/configurationFile.ts";
import { datasetInUse, textOf } from "./setup/dataset.ts";
import { sortDropped, type Dropped, type DroppedFile } from "./setup/dropped.ts";

/** Opens files. Returns true if they were a configuration that selects an embedded data set, which must be loaded next. */
export async function openFiles(stores: Stores, files: readonly DroppedFile[]): Promise<boolean> {
  const { dataset, notice } = stores;
  const dropped = sortDropped(files);
  const { name } = dropped;
  if (isLocked(stores)) {
    notice.error(`${name} was not opened because a run is in progress. Stop the run and try again.`);
    return false;
  }
  if (dropped.kind === "unclear") {
    notice.error(`${name} was not opened: ${dropped.problem}`);
    return false;
  }
  if (dropped.kind === "model") {
    openModel(stores, dropped);
    return false;
  }
  const text = await textOf(dropped.file).catch((error: unknown) => {
    notice.error(messageOf(error));
    return null;
  });
  if (text === null) return false;
  const configuration = readConfiguration(text);
  if (configuration !== null) return applyConfiguration(stores, name, configuration);
  notice.clear();
  dataset.readFile(name, text);
  return false;
}

function openModel(
  { catalogue, settings, notice }: Stores,
  { name, files }: Extract<Dropped, { kind: "model" }>,
): void {
  if (catalogue.getState().status !== "ready") {
    notice.error(`${name} was not opened: the model list is still loading. Try again in a moment.`);
    return;
  }
  settings.setState({ model: catalogue.addModel(name, files) });
  notice.info(`${name} is selected as the model. It is loaded when a run starts.`);
}

function applyConfiguration(
  { settings, catalogue, dataset, notice }: Stores,
  fileName: string,
  configuration: ReadConfiguration,
): boolean {
  const { model, dataset: name, backend, prompt, texts, unknown } = configuration;
  const state = catalogue.getState();
  const hasModel = chosenModel(state, model) !== null;
  const file = name === null ? null : `${name}.json`;
  const hasDataset = file !== null && chosenDataset(state, file) !== null;
  settings.setState({
    backend,
    prompt,
    texts,
    ...(hasModel ? { model } : {}),
    ...(hasDataset ? { dataset: file } : {}),
  });
  const isInUse = datasetInUse(dataset.getState())?.reading.name === name;
  const problems = [
    ...(hasModel || model === null ? [] : [`Model "${model}" is not available.`]),
    ...(hasDataset || isInUse || name === null ? [] : [`Open the data set "${name}" as well.`]),
    ...(unknown.length === 0 ? [] : [`Unknown settings were ignored: ${unknown.join(", ")}.`]),
  ];
  const text = [`Applied the configuration in ${fileName}.`, ...problems].join(" ");
  if (problems.length === 0) notice.info(text);
  else notice.error(text);
  return hasDataset;
}
