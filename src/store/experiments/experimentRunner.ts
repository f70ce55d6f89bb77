/** Runs the jobs of an experiment one after another as the page's run, and keeps the result of each. */
import { createStore } from "zustand/vanilla";
import {
  configOf,
  otherDatasets,
  subjectOf,
  type Experiment,
  type Variant,
} from "../../experiments/experiment.ts";
import { momentOf, resultCell } from "../../experiments/resultCell.ts";
import type { ResultCell } from "../../experiments/result.ts";
import type { ExtraEvaluations, StudyMessage } from "../../worker/protocol.ts";
import {
  chosenDataset,
  chosenModel,
  messageOf,
  type CatalogueStore,
  type ReadText,
} from "../setup/catalogue.ts";
import type { ReadDataset } from "../../data/dataset.ts";
import { readEmbedded, studyOf, type DatasetStore } from "../setup/dataset.ts";
import {
  beginNext,
  currentJob,
  isOver,
  leaveRest,
  queueOf,
  settle,
  type Job,
  type Outcome,
  type Queue,
} from "./experimentQueue.ts";
import { missingFor, settingsFor, variantOf } from "./experimentSetup.ts";
import type { ReadableStore } from "../run/pace.ts";
import type { RunRecord, RunSetup } from "../run/record.ts";
import { isInProgress, type RunState } from "../run/run.ts";
import type { RunStore } from "../run/runStore.ts";
import type { SettingsStore } from "../setup/settings.ts";

/** The queue; null before the first one and after it was dismissed. */
export interface ExperimentRunner extends ReadableStore<Queue | null> {
  /** Starts a queue. Does nothing without jobs or while a run or a queue is in progress. */
  start(experiment: Experiment, jobs: readonly Job[]): void;
  /** Stops the current run and starts the next. */
  skip(): void;
  /** Stops the current run and drops the waiting jobs. */
  stop(): void;
  /** Removes a queue that has ended. */
  dismiss(): void;
}

export interface RunnerStores {
  readonly run: RunStore;
  readonly settings: SettingsStore;
  readonly dataset: DatasetStore;
  readonly catalogue: CatalogueStore;
  readonly readText: ReadText;
  readonly readDataset: ReadDataset;
  readonly keep: (experiment: Experiment, cell: ResultCell) => void;
  /** Called before each run. */
  readonly onStart: () => void;
}

/** Whether a queue has jobs left; until then it controls the setup. */
export function isBusy(queue: Queue | null): boolean {
  return queue !== null && !isOver(queue);
}

/** Creates the runner, without a queue. */
export function createExperimentRunner(stores: RunnerStores): ExperimentRunner {
  const store = createStore<Queue | null>(() => null);
  /** Aborted when the user skips the current job or stops the queue, but not by Stop in the run bar. */
  let turn = new AbortController();

  const change = (to: (queue: Queue) => Queue): void =>
    store.setState((queue) => (queue === null ? null : to(queue)), true);

  const runAll = async (experiment: Experiment): Promise<void> => {
    for (let queue = store.getState(); queue !== null && !isOver(queue); queue = store.getState()) {
      change(beginNext);
      const job = currentJob(store.getState() ?? queue);
      if (job === null) return;
      const { signal } = (turn = new AbortController());
      const outcome = await runJob(stores, experiment, job, signal);
      // Stop in the run bar ends the whole queue; after a skip the next job starts.
      if (outcome.status === "left" && !signal.aborted) change(leaveRest);
      change((now) => settle(now, outcome));
    }
  };

  return {
    ...store,
    start(experiment, jobs) {
      if (isBusy(store.getState()) || isInProgress(stores.run.getState()) || jobs.length === 0) return;
      store.setState(queueOf(experiment.name, jobs), true);
      void runAll(experiment);
    },
    skip() {
      turn.abort();
      stores.run.request("stop");
    },
    stop() {
      change(leaveRest);
      turn.abort(); // a run that is still being prepared does not start
      stores.run.request("stop");
    },
    dismiss() {
      if (!isBusy(store.getState())) store.setState(null, true);
    },
  };
}

/** Runs a job and keeps its cell. Any error becomes the job's failure, so that the other jobs still run. */
async function runJob(
  stores: RunnerStores,
  experiment: Experiment,
  job: Job,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const { setup, study, extras } = await prepare(stores, experiment, job);
    if (signal.aborted) return { status: "left" };
    stores.onStart();
    const start = performance.now();
    stores.run.start(setup, study, extras);
    const { state, wasStopped } = await endOf(stores.run);
    if (state.status === "failed" && !wasStopped) return { status: "failed", message: state.message };
    if (state.status !== "finished") return { status: "left" };
    stores.keep(experiment, cellOf(job, state.record, (performance.now() - start) / 1000));
    return { status: "done" };
  } catch (error) {
    return { status: "failed", message: messageOf(error) };
  }
}

interface PreparedRun {
  readonly setup: RunSetup;
  readonly study: StudyMessage;
  readonly extras: ExtraEvaluations;
}

/** Applies the job's settings to the page and reads its data sets. Throws if the page lacks its model or a data set. */
async function prepare(stores: RunnerStores, experiment: Experiment, job: Job): Promise<PreparedRun> {
  const { settings, dataset, catalogue } = stores;
  const variant = variantOf(experiment, job.variant);
  const { model: modelName, dataset: datasetName, level } = subjectOf(experiment, variant);
  const model = chosenModel(catalogue.getState(), modelName);
  const entry = chosenDataset(catalogue.getState(), `${datasetName}.json`);
  const missing = missingFor(experiment, variant, catalogue.getState());
  if (missing !== null || model === null || entry === null)
    throw new Error(missing ?? "Its model is missing.");
  const config = configOf(experiment, variant, job.seed);
  settings.setState(settingsFor(experiment, variant, job.seed));
  await dataset.loadEmbedded(entry, level);
  const state = dataset.getState();
  if (state.status !== "ready")
    throw new Error("message" in state ? state.message : "The data set could not be loaded.");
  const { name, task, questions, answerKey } = state.inUse.reading;
  const study = {
    name,
    title: state.inUse.title,
    task,
    questions: questions.length,
    answers: answerKey.size,
  };
  const { backend } = settings.getState();
  return {
    setup: { model: { name: model.name, title: model.title }, study, backend, config },
    study: studyOf(state.inUse),
    extras: { votes: experiment.initialVotes, studies: await readOthers(stores, experiment, variant) },
  };
}

/** Reads the other data sets that a variant is evaluated on. */
function readOthers(
  { readText, readDataset, catalogue }: RunnerStores,
  experiment: Experiment,
  variant: Variant,
): Promise<StudyMessage[]> {
  const entries = otherDatasets(experiment, variant).flatMap(
    (name) => chosenDataset(catalogue.getState(), `${name}.json`) ?? [],
  );
  return Promise.all(
    entries.map(async (entry) => studyOf(await readEmbedded(entry, { readText, read: readDataset }))),
  );
}

/** Resolves when the current run has ended, with its state and whether it was asked to stop. */
function endOf(run: RunStore): Promise<{ readonly state: RunState; readonly wasStopped: boolean }> {
  return new Promise((resolve) => {
    let wasStopped = false;
    const unsubscribe = run.subscribe((state) => {
      wasStopped ||= state.status === "stopping";
      if (isInProgress(state)) return;
      unsubscribe();
      resolve({ state, wasStopped });
    });
  });
}

/** Returns the cell of a finished run. The page does not know its commit. */
function cellOf(
  { variant, seed }: Job,
  { setup, steps, evaluations, extras }: RunRecord,
  seconds: number,
): ResultCell {
  const own = evaluations.map((evaluation) => ({
    at: momentOf(evaluation.step, steps.length),
    dataset: setup.study.name,
    evaluation,
  }));
  return resultCell({
    variant,
    seed,
    steps: steps.map(({ metrics }) => metrics),
    evaluations: [...own, ...extras],
    seconds,
    commit: "page",
  });
}
