/** The page's state and the actions that involve several stores. */
import { openFiles } from "./openFiles.ts";
import { pacedStore, type ReadableStore } from "./run/pace.ts";
import type { RunState } from "./run/run.ts";
import { chosenDataset, messageOf } from "./setup/catalogue.ts";
import type { DroppedFile } from "./setup/dropped.ts";
import { settingsOf } from "./setup/link.ts";
import { resetUnknownChoices } from "./setup/unknownChoices.ts";
import { startRun, startTry } from "./startRun.ts";
import { createStores, isLocked, type StoreEnvironment, type Stores } from "./stores.ts";

export interface Lab extends Stores {
  /** The run for views that are expensive to redraw: at most two changes a second. */
  readonly pacedRun: ReadableStore<RunState>;
  /** Loads the lists, the selected data set and the stored results. */
  open(): Promise<void>;
  /** Starts a run of the setup. Does nothing when that is not possible; `startObstacle` returns the reason. */
  start(): void;
  /** Samples a few responses with the setup. Does nothing when that is not possible. */
  tryFirst(): void;
  chooseDataset(file: string): void;
  /** Opens the user's files: a data set, a run configuration or a model. */
  readonly openFiles: (files: readonly DroppedFile[]) => Promise<void>;
  /** Reports that dropped files could not be read. */
  readonly reportUnreadable: (error: unknown) => void;
  /** Applies the settings in the hash of a link, unless the setup is locked. */
  followLink(hash: string): void;
}

/** Creates the page's state. */
export function createLab(environment: StoreEnvironment): Lab {
  const stores = createStores(environment);
  const { settings, notice } = stores;
  return {
    ...stores,
    pacedRun: pacedStore(stores.run),
    async open() {
      await loadModelLists(stores);
      await Promise.all([loadChosenDataset(stores), loadExperiments(stores)]);
    },
    start: () => startRun(stores),
    tryFirst: () => startTry(stores),
    chooseDataset(file) {
      settings.setState({ dataset: file, datasetOptions: {} });
      void loadChosenDataset(stores);
    },
    openFiles: async (files) => {
      if (await openFiles(stores, files)) await loadChosenDataset(stores);
    },
    reportUnreadable: (error) =>
      notice.error(`The dropped files could not be read (${messageOf(error)}). Try again.`),
    followLink(hash) {
      if (isLocked(stores)) return;
      settings.setState(settingsOf(hash));
      resetUnknownChoices(stores);
      void loadChosenDataset(stores);
    },
  };
}

async function loadChosenDataset({ catalogue, settings, dataset }: Stores): Promise<void> {
  const entry = chosenDataset(catalogue.getState(), settings.getState().dataset);
  if (entry !== null) await dataset.loadEmbedded(entry);
}

async function loadModelLists(stores: Stores): Promise<void> {
  const { catalogue, hub } = stores;
  await Promise.all([catalogue.load(), hub.refresh()]);
  catalogue.setStored(hub.getState().stored);
  resetUnknownChoices(stores);
}

async function loadExperiments({ experiments: { list, own } }: Stores): Promise<void> {
  await list.load();
  await own.restore(list.getState().experiments.map(({ experiment }) => experiment));
}
