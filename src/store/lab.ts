/** Everything the page shows and does, joined: the stores and the actions that touch more than one of them. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { WorkerClient } from "../worker/client.ts";
import type { PlanClient } from "../worker/plan/planClient.ts";
import type { HubClient } from "../worker/hub/hubClient.ts";
import type { AsideRequest } from "../worker/protocol.ts";
import {
  chosenDataset,
  chosenModel,
  createCatalogueStore,
  messageOf,
  type CatalogueStore,
  type ReadText,
} from "./setup/catalogue.ts";
import { readConfiguration, type ReadConfiguration } from "./setup/configurationFile.ts";
import { createDatasetStore, datasetInUse, studyOf, textOf, type DatasetStore } from "./setup/dataset.ts";
import { sortDropped, type Dropped, type DroppedFile } from "./setup/dropped.ts";
import { createExperimentListStore, type ExperimentListStore } from "./experiments/experimentList.ts";
import { createExperimentRunner, isBusy, type ExperimentRunner } from "./experiments/experimentRunner.ts";
import { createHubStore, type HubStore } from "./hub.ts";
import { settingsOf } from "./setup/link.ts";
import { createOwnResultsStore, type OwnResultsStore, type Shelf } from "./experiments/ownResults.ts";
import { createMemoryStore, memoryObstacle, type MemoryStore } from "./setup/memory.ts";
import { pacedStore, type ReadableStore } from "./run/pace.ts";
import { isUnderWay, type RunState } from "./run/run.ts";
import { createRunStore, type RunStore, type RunSurroundings } from "./run/runStore.ts";
import { configOf, createSettingsStore, type Settings, type SettingsStore } from "./setup/settings.ts";

/** A sentence about what the page just did, or could not do. */
export interface Notice {
  readonly tone: "news" | "problem";
  readonly text: string;
}

/** The experiments: what there is, what this browser has measured of it, and what it is measuring. */
export interface Experiments {
  readonly list: ExperimentListStore;
  readonly own: OwnResultsStore;
  readonly runner: ExperimentRunner;
}

export interface Lab {
  readonly run: RunStore;
  /** The run for views that cost much to redraw: at most two changes a second. */
  readonly pacedRun: ReadableStore<RunState>;
  readonly settings: SettingsStore;
  readonly dataset: DatasetStore;
  readonly catalogue: CatalogueStore;
  readonly notice: StoreApi<Notice | null>;
  /** The memory that the set-up would take. */
  readonly memory: MemoryStore;
  readonly hub: HubStore;
  readonly experiments: Experiments;
  /** Loads the lists and the chosen data set. */
  open(): Promise<void>;
  /** Starts a run of the set-up; does nothing when the set-up is not complete (`startObstacle` says why). */
  start(): void;
  chooseDataset(file: string): void;
  /** Takes what was dropped: a data set, a run's configuration, or a model. */
  readonly take: (files: readonly DroppedFile[]) => Promise<void>;
  /** Says that what was dropped could not be read. */
  readonly tellUnread: (error: unknown) => void;
  /** Takes the set-up of another link. */
  follow(hash: string): void;
}

export interface LabSurroundings extends Omit<RunSurroundings, "tellRefusal" | "tellSaved"> {
  readonly client: WorkerClient;
  readonly planner: PlanClient;
  readonly hubClient: HubClient;
  /** Asks the browser not to throw stored models away. */
  readonly persist: () => void;
  readonly readText: ReadText;
  readonly hash: string;
  /** Keeps what experiments measured. */
  readonly shelf: Shelf;
}

/** What the page could not do. */
const REFUSALS: Readonly<Record<AsideRequest, string>> = {
  evaluate: "The model could not be evaluated",
  export: "The model could not be written",
};

function refusal(request: AsideRequest, message: string): Notice {
  const text = `${REFUSALS[request]}: ${message.replace(/\.$/, "")}. The run rests as before.`;
  return { tone: "problem", text };
}

function saved(fileName: string): Notice {
  return { tone: "news", text: `${fileName} is written.` };
}

/** Creates the stores of a page. */
export function createLab({ client, planner, readText, hash, shelf, ...surroundings }: LabSurroundings): Lab {
  const notice = createStore<Notice | null>(() => null);
  const run = createRunStore(client, {
    ...surroundings,
    tellRefusal: (request, message) => notice.setState(refusal(request, message), true),
    tellSaved: (fileName) => notice.setState(saved(fileName), true),
  });
  const settings = createSettingsStore(settingsOf(hash));
  const dataset = createDatasetStore(readText);
  const catalogue = createCatalogueStore(readText);
  const hub = openHubStore({ settings, catalogue, notice }, surroundings);
  const base = { run, settings, dataset, catalogue, notice, hub };
  const stores = withMemory(withExperiments(base, readText, shelf), planner);

  const loadChosenDataset = (): Promise<void> => loadChosen(stores);

  return {
    ...stores,
    pacedRun: pacedStore(run, (state) => state),
    async open() {
      await openModelLists(stores);
      await Promise.all([loadChosenDataset(), openExperiments(stores)]);
    },
    start: () => startRun(stores),
    chooseDataset(file) {
      settings.setState({ dataset: file });
      void loadChosenDataset();
    },
    take: async (files) => {
      if (await takeFiles(stores, files)) await loadChosenDataset();
    },
    tellUnread: (error) => tellUnread(stores, error),
    follow(newHash) {
      if (isLocked(stores)) return;
      settings.setState(settingsOf(newHash));
      dropUnknownChoices(stores);
      void loadChosenDataset();
    },
  };
}

type BaseStores = Pick<Lab, "run" | "settings" | "dataset" | "catalogue" | "notice" | "hub">;
type MoreStores = BaseStores & Pick<Lab, "experiments">;
type Stores = MoreStores & Pick<Lab, "memory">;

async function loadChosen({ catalogue, settings, dataset }: BaseStores): Promise<void> {
  const entry = chosenDataset(catalogue.getState(), settings.getState().dataset);
  if (entry !== null) await dataset.loadEmbedded(entry);
}

function withExperiments(stores: BaseStores, readText: ReadText, shelf: Shelf): MoreStores {
  const own = createOwnResultsStore(shelf, (text) => stores.notice.setState({ tone: "problem", text }, true));
  const runner = createExperimentRunner({
    ...stores,
    readText,
    keep: (experiment, cell) => own.keep(experiment, cell),
    onStart: () => stores.notice.setState(null, true),
  });
  return { ...stores, experiments: { list: createExperimentListStore(readText), own, runner } };
}

function withMemory(stores: MoreStores, planner: PlanClient): Stores {
  return { ...stores, memory: createMemoryStore(stores, planner) };
}

/** The Hub's store, kept in step with the list of models: what has just been fetched is chosen. */
function openHubStore(
  { settings, catalogue, notice }: Pick<Lab, "settings" | "catalogue" | "notice">,
  { hubClient, persist }: Pick<LabSurroundings, "hubClient" | "persist">,
): HubStore {
  const hub = createHubStore(hubClient, {
    persist,
    onFetched(folder) {
      const state = catalogue.getState();
      const model =
        state.status === "ready" ? state.models.find(({ stored }) => stored === folder) : undefined;
      if (model === undefined) return;
      settings.setState({ model: model.name });
      const text = `${model.title} is stored and is the model now.`;
      notice.setState({ tone: "news", text }, true);
    },
  });
  hub.subscribe(({ stored }, before) => {
    if (stored === before.stored) return;
    catalogue.setStored(stored);
    dropUnknownChoices({ settings, catalogue, notice });
  });
  return hub;
}

async function openModelLists(stores: Stores): Promise<void> {
  const { catalogue, hub } = stores;
  await Promise.all([catalogue.load(), hub.refresh()]);
  catalogue.setStored(hub.getState().stored);
  dropUnknownChoices(stores);
}

async function openExperiments({ experiments: { list, own } }: Stores): Promise<void> {
  await list.load();
  await own.restore(list.getState().experiments.map(({ experiment }) => experiment));
}

/** Whether a run is under way, or a queue of them that begins the next in a moment. */
function isLocked({ run, experiments }: Stores): boolean {
  return isUnderWay(run.getState()) || isBusy(experiments.runner.getState());
}

/** Why Start is not possible, as a sentence; null when it is. */
export function startObstacle(
  catalogue: ReturnType<CatalogueStore["getState"]>,
  dataset: ReturnType<DatasetStore["getState"]>,
  settings: Settings,
): string | null {
  if (catalogue.status === "failed") return catalogue.message;
  if (catalogue.status === "loading" || dataset.status === "reading")
    return "Loading the model list and the data set.";
  if (datasetInUse(dataset) === null) return "There is no data set: choose one or drop a file.";
  return configOf(settings.texts) === null ? "A setting needs attention: see the marked field." : null;
}

function startRun(stores: Stores): void {
  const { run, settings, dataset, catalogue, notice, memory } = stores;
  if (memoryObstacle(memory.getState()) !== null) return;
  const { model: modelName, backend, prompt, texts } = settings.getState();
  const model = chosenModel(catalogue.getState(), modelName);
  const loaded = datasetInUse(dataset.getState());
  const config = configOf(texts);
  if (model === null || loaded === null || config === null || isLocked(stores)) return;
  const { name, task, questions, answerKey } = loaded.reading;
  const study = { name, title: loaded.title, task, questions: questions.length, answers: answerKey.size };
  notice.setState(null, true);
  const { files, stored } = model;
  const place = { ...(files !== undefined && { files }), ...(stored !== undefined && { stored }) };
  const chosen = { name: model.name, title: model.title, ...place };
  run.start({ model: chosen, study, prompt, backend, config }, studyOf(loaded));
}

/** A link may name a model or data set that this page does not have: say so and take the default. */
function dropUnknownChoices({
  settings,
  catalogue,
  notice,
}: Pick<Lab, "settings" | "catalogue" | "notice">): void {
  const state = catalogue.getState();
  const { model, dataset } = settings.getState();
  if (state.status !== "ready") return;
  const missing = [
    ...(chosenModel(state, model) === null ? [`model "${model ?? ""}"`] : []),
    ...(chosenDataset(state, dataset) === null ? [`data set "${dataset ?? ""}"`] : []),
  ];
  if (missing.length === 0) return;
  settings.setState({
    model: chosenModel(state, model) === null ? null : model,
    dataset: chosenDataset(state, dataset) === null ? null : dataset,
  });
  const text = `This page has no ${missing.join(" and no ")}; the default is chosen instead.`;
  notice.setState({ tone: "problem", text }, true);
}

/** Takes files; true when they were a configuration that names an embedded data set, which is then to be loaded. */
async function takeFiles(stores: Stores, files: readonly DroppedFile[]): Promise<boolean> {
  const { dataset, notice } = stores;
  const refuse = (text: string): false => {
    notice.setState({ tone: "problem", text }, true);
    return false;
  };
  const dropped = sortDropped(files);
  const { name } = dropped;
  if (isLocked(stores))
    return refuse(`${name} was not read: a run is under way. Stop it first, then drop it again.`);
  if (dropped.kind === "unclear") return refuse(`${name} was not taken: ${dropped.problem}`);
  if (dropped.kind === "model") return takeModel(stores, dropped);
  const text = await textOf(dropped.file).catch((error: unknown) => refuse(messageOf(error)));
  if (text === false) return false;
  const configuration = readConfiguration(text);
  if (configuration !== null) return applyConfiguration(stores, name, configuration);
  notice.setState(null, true);
  dataset.readFile(name, text);
  return false;
}

function tellUnread({ notice }: Stores, error: unknown): void {
  const text = `What was dropped could not be read (${messageOf(error)}). Drop it again.`;
  notice.setState({ tone: "problem", text }, true);
}

function takeModel(
  { catalogue, settings, notice }: Stores,
  { name, files }: Extract<Dropped, { kind: "model" }>,
): false {
  const { status } = catalogue.getState();
  if (status === "ready") settings.setState({ model: catalogue.addModel(name, files) });
  const text =
    status === "ready"
      ? `${name} is the model now; it is read when a run starts.`
      : `${name} was not taken: the page has not loaded its own models. Drop it again in a moment.`;
  notice.setState({ tone: status === "ready" ? "news" : "problem", text }, true);
  return false;
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
  const missing = [
    ...(hasModel ? [] : [`this page has no model "${model ?? ""}"`]),
    ...(hasDataset || isInUse || name === null ? [] : [`drop the data set "${name}" as well`]),
    ...(unknown.length === 0 ? [] : [`unknown settings were left out: ${unknown.join(", ")}`]),
  ];
  const text = [`The configuration of ${fileName} is set`, ...missing].join("; ");
  notice.setState({ tone: missing.length === 0 ? "news" : "problem", text: `${text}.` }, true);
  return hasDataset;
}
