/** Opening the user's files: a data set, a run configuration or a model. */
import type { DatasetFile } from "../data/dataset.ts";
import { isLocked, type Stores } from "./stores.ts";
import { chosenDataset, chosenModel } from "./setup/catalogue.ts";
import { readConfiguration, type ReadConfiguration } from "./setup/configurationFile.ts";
import { datasetInUse } from "./setup/dataset.ts";
import { readUserFiles } from "./setup/userFiles.ts";
import { classifyDropped, type Dropped, type DroppedFile } from "./setup/dropped.ts";

/** Opens files. Returns true if they were a configuration that selects an embedded data set, which must be loaded next. */
export async function openFiles(stores: Stores, files: readonly DroppedFile[]): Promise<boolean> {
  const { notice } = stores;
  const dropped = await classifyDropped(files);
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
  const configuration = await configurationIn(dropped.files);
  if (configuration !== null) return applyConfiguration(stores, name, configuration);
  notice.clear();
  await readUserFiles(stores, name, dropped.files);
  return false;
}

/** Maximum bytes of a configuration file. */
const MAX_CONFIGURATION_BYTES = 2 ** 20;

/** Returns the configuration that a single file holds; null for anything else, such as a data set. */
async function configurationIn(files: readonly DatasetFile[]): Promise<ReadConfiguration | null> {
  const [only, second] = files;
  if (only === undefined || second !== undefined || only.blob.size > MAX_CONFIGURATION_BYTES) return null;
  return readConfiguration(await only.blob.text());
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
  const { model, dataset: name, datasetOptions, backend, prompt, texts, unknown } = configuration;
  const state = catalogue.getState();
  const hasModel = chosenModel(state, model) !== null;
  const file = name === null ? null : `${name}.json`;
  const hasDataset = file !== null && chosenDataset(state, file) !== null;
  settings.setState({
    datasetOptions,
    backend,
    prompt,
    texts,
    ...(hasModel ? { model } : {}),
    ...(hasDataset ? { dataset: file } : {}),
  });
  const isInUse = datasetInUse(dataset.getState())?.reading.name === name;
  if (isInUse) void dataset.reread(datasetOptions);
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
