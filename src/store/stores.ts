/** The stores of the page, connected to each other. */
import type { WorkerClient } from "../worker/client.ts";
import type { ReadDataset } from "../data/dataset.ts";
import type { HubClient } from "../worker/hub/hubClient.ts";
import type { ModelsClient } from "../worker/models/modelsClient.ts";
import type { PlanClient } from "../worker/plan/planClient.ts";
import type { IdleRequest } from "../worker/protocol.ts";
import { createExperimentListStore, type ExperimentListStore } from "./experiments/experimentList.ts";
import { createExperimentRunner, isBusy, type ExperimentRunner } from "./experiments/experimentRunner.ts";
import { createOwnResultsStore, type OwnResultsStore, type ResultStorage } from "./experiments/ownResults.ts";
import { createHubStore, type HubStore } from "./hub.ts";
import { createModelOffersStore, type ModelOffersStore } from "./modelOffers.ts";
import { createNoticeStore, type NoticeStore } from "./notice.ts";
import { isInProgress } from "./run/run.ts";
import { createRunStore, type RunEnvironment, type RunStore } from "./run/runStore.ts";
import { createCatalogueStore, type CatalogueStore, type ReadText } from "./setup/catalogue.ts";
import { createDatasetStore, type DatasetStore } from "./setup/dataset.ts";
import { settingsOf } from "./setup/link.ts";
import { createMemoryStore, type MemoryStore } from "./setup/memory.ts";
import { createSettingsStore, type SettingsStore } from "./setup/settings.ts";
import { readUserFiles, recordOptions } from "./setup/userFiles.ts";
import { createTryStore, type TryStore } from "./tryOut.ts";
import { resetUnknownChoices } from "./setup/unknownChoices.ts";

/** The list of experiments, the results measured in this browser, and the queue of runs. */
interface Experiments {
  readonly list: ExperimentListStore;
  readonly own: OwnResultsStore;
  readonly runner: ExperimentRunner;
}

export interface Stores {
  readonly run: RunStore;
  /** A try of the current setup. */
  readonly tryOut: TryStore;
  readonly settings: SettingsStore;
  readonly dataset: DatasetStore;
  readonly catalogue: CatalogueStore;
  readonly notice: NoticeStore;
  /** The memory plan of the current setup. */
  readonly memory: MemoryStore;
  readonly hub: HubStore;
  /** The curated models as they would run here. */
  readonly offers: ModelOffersStore;
  readonly experiments: Experiments;
}

export interface StoreEnvironment extends Omit<RunEnvironment, "onRefused" | "onSaved"> {
  readonly client: WorkerClient;
  readonly planner: PlanClient;
  readonly hubClient: HubClient;
  readonly modelsClient: ModelsClient;
  /** Asks the browser not to evict stored models. */
  readonly persist: () => void;
  readonly readText: ReadText;
  readonly readDataset: ReadDataset;
  /** The hash of the page's address: the initial settings. */
  readonly hash: string;
  /** Stores the results of experiments. */
  readonly storage: ResultStorage;
}

const FAILURES: Readonly<Record<IdleRequest, string>> = {
  evaluate: "Evaluation failed",
  export: "Export failed",
};

/** Creates the stores of a page. */
export function createStores(environment: StoreEnvironment): Stores {
  const { client, planner, readText, readDataset, hash } = environment;
  const notice = createNoticeStore();
  const run = createRunStore(client, {
    ...environment,
    onRefused: (request, message) =>
      notice.error(`${FAILURES[request]}: ${message.replace(/\.$/, "")}. The run is unchanged.`),
    onSaved: (fileName) => notice.info(`Saved ${fileName}.`),
  });
  const settings = createSettingsStore(settingsOf(hash));
  const dataset = createDatasetStore(readText, readDataset);
  const catalogue = createCatalogueStore(readText);
  dataset.subscribe(() => recordOptions({ settings, dataset }));
  const setup = { run, settings, dataset, catalogue, notice };
  return {
    ...setup,
    tryOut: createTryStore(client),
    memory: createMemoryStore(setup, planner),
    hub: connectHub(setup, environment),
    offers: createModelOffersStore(settings, environment.modelsClient),
    experiments: connectExperiments(setup, environment),
  };
}

type SetupStores = Omit<Stores, "tryOut" | "memory" | "hub" | "offers" | "experiments">;

/** Creates the Hub's store, keeps the model list in sync with it, and selects a model or data set once it is downloaded. */
function connectHub(
  { run, settings, catalogue, dataset, notice }: SetupStores,
  { hubClient, persist }: Pick<StoreEnvironment, "hubClient" | "persist">,
): HubStore {
  const hub = createHubStore(hubClient, {
    persist,
    onFetched(folder) {
      const state = catalogue.getState();
      const model =
        state.status === "ready" ? state.models.find(({ stored }) => stored === folder) : undefined;
      if (model === undefined) return;
      settings.setState({ model: model.name });
      notice.info(`${model.title} is downloaded and selected.`);
    },
    onDataset(title, files) {
      if (isInProgress(run.getState()))
        notice.info(`${title} is downloaded. Look it up again after the run to open it.`);
      else void readUserFiles({ settings, dataset, notice }, title, files);
    },
  });
  hub.subscribe(({ stored }, before) => {
    if (stored === before.stored) return;
    catalogue.setStored(stored);
    resetUnknownChoices({ settings, catalogue, notice });
  });
  return hub;
}

function connectExperiments(
  stores: SetupStores,
  { readText, readDataset, storage }: Pick<StoreEnvironment, "readText" | "readDataset" | "storage">,
): Experiments {
  const { notice } = stores;
  const own = createOwnResultsStore(storage, (text) => notice.error(text));
  const runner = createExperimentRunner({
    ...stores,
    readText,
    readDataset,
    keep: (experiment, cell) => own.keep(experiment, cell),
    onStart: () => notice.clear(),
  });
  return { list: createExperimentListStore(readText), own, runner };
}

/** Whether the setup is locked: a run is in progress, or a queue of runs that is about to start the next. */
export function isLocked({ run, experiments }: Stores): boolean {
  return isInProgress(run.getState()) || isBusy(experiments.runner.getState());
}
