/** The current run: sends commands to the worker and reduces its events. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { exportName, type ExportForm } from "../../report/exportForms.ts";
import type { WorkerClient } from "../../worker/client.ts";
import type {
  IdleRequest,
  ExtraEvaluations,
  SetupMessage,
  StudyMessage,
  WorkerEvent,
} from "../../worker/protocol.ts";
import type { RunSetup } from "./record.ts";
import { reduce, requested, startedRun, type Request, type RunState } from "./run.ts";

/** A file exported by the worker. */
export interface ExportedFile {
  readonly fileName: string;
  readonly file: Blob;
}

/** Where to save a file: in a file the user chose or in the downloads folder. */
export type Destination = FileSystemFileHandle | "downloads" | "cancelled";

/** Browser functions and callbacks of the store. */
export interface RunEnvironment {
  /** Saves an exported file in the downloads folder. */
  readonly download: (file: ExportedFile) => void;
  /** Asks the user where to save a file of about `bytes` bytes. */
  readonly chooseDestination: (fileName: string, bytes: number) => Promise<Destination>;
  /** Called when a file was saved where the user chose. */
  readonly onSaved: (fileName: string) => void;
  /** Called when an evaluation or export failed; the run is unchanged. */
  readonly onRefused: (request: IdleRequest, message: string) => void;
  /** Calls back once before the next frame is drawn. */
  readonly nextFrame: (callback: () => void) => void;
}

export interface RunStore extends Pick<StoreApi<RunState>, "getState" | "subscribe" | "getInitialState"> {
  /** Starts a new run, replacing the last one. */
  start(setup: RunSetup, study: StudyMessage, extras?: ExtraEvaluations): void;
  /** Sends a request to the run, unless the run cannot accept it now. */
  request(request: Exclude<Request, "export">): void;
  /** Exports the trained model, unless the format is not offered or the run cannot export now. */
  exportAs(form: ExportForm): Promise<void>;
  /** Terminates a worker that does not respond. */
  forceStop(): void;
}

/** Creates the store and subscribes it to the worker. */
export function createRunStore(client: WorkerClient, environment: RunEnvironment): RunStore {
  const store = createStore<RunState>(() => ({ status: "idle" }));
  const receive = throttleProgress(
    (event) => store.setState((state) => reduce(state, event), true),
    environment.nextFrame,
  );
  let runs = 0;
  client.subscribe((event) => {
    receive(event);
    if (event.runId !== runIdOf(store.getState())) return;
    if (event.type === "exported") saveExport(event, environment);
    if (event.type === "refused") environment.onRefused(event.request, event.message);
  });

  return {
    ...store,
    start(setup, study, extras) {
      const runId = `r${++runs}`;
      store.setState(startedRun(runId, setup), true);
      client.send({ type: "start", runId, ...setupMessage(setup, study), ...(extras && { extras }) });
    },
    request(request) {
      const state = store.getState();
      const next = requested(state, request);
      const runId = runIdOf(state);
      if (next === null || runId === null) return;
      store.setState(next, true);
      client.send({ type: request, runId });
    },
    exportAs: (form) => exportAs(form, store, client, environment),
    forceStop: () => client.restart(),
  };
}

async function exportAs(
  form: ExportForm,
  store: StoreApi<RunState>,
  client: WorkerClient,
  { chooseDestination }: RunEnvironment,
): Promise<void> {
  const before = store.getState();
  const offer = offerOf(before, form);
  if (offer === null || requested(before, "export") === null) return;
  const destination = await chooseDestination(offer.fileName, offer.bytes);
  const state = store.getState(); // may have changed while the user was choosing
  const next = requested(state, "export");
  if (destination === "cancelled" || next === null || runIdOf(state) !== runIdOf(before)) return;
  store.setState(next, true);
  const file = destination === "downloads" ? null : destination;
  client.send({ type: "export", runId: offer.runId, form, file });
}

function saveExport(
  { fileName, file }: Extract<WorkerEvent, { type: "exported" }>,
  { download, onSaved }: RunEnvironment,
): void {
  if (file === null) onSaved(fileName);
  else download({ fileName, file });
}

/** Returns the name and size of an export, or null if the run does not offer it. */
function offerOf(state: RunState, form: ExportForm) {
  if (!("device" in state) || state.device === null) return null;
  const { bytes = null } = state.device.exports.find((offer) => offer.form === form) ?? {};
  if (bytes === null) return null;
  const { runId, steps } = state.record;
  return { runId, bytes, fileName: exportName(state.device.model.name, steps.length, form) };
}

/** Returns a setup in the form the worker expects. */
export function setupMessage(
  { model, prompt, config, backend }: RunSetup,
  study: StudyMessage,
): SetupMessage {
  return { ...locationOf(model), study, config, backend, ...(prompt && { prompt }) };
}

/** Returns where the worker finds a model. */
function locationOf({
  name,
  files,
  stored,
}: RunSetup["model"]): Pick<SetupMessage, "model" | "modelFiles" | "storedModel"> {
  if (stored !== undefined) return { model: name, storedModel: stored };
  return files === undefined ? { model: `models/${name}` } : { model: name, modelFiles: files };
}

function runIdOf(state: RunState): string | null {
  return state.status === "idle" ? null : state.record.runId;
}

/**
 * Applies events immediately, except progress, which a worker may report a hundred times a second: only the latest
 * progress of each frame is applied. Any other event discards pending progress, which is then out of date.
 */
function throttleProgress(
  apply: (event: WorkerEvent) => void,
  nextFrame: (callback: () => void) => void,
): (event: WorkerEvent) => void {
  let pending: WorkerEvent | null = null;
  let isScheduled = false;
  const flush = (): void => {
    isScheduled = false;
    if (pending !== null) apply(pending);
    pending = null;
  };
  return (event) => {
    if (event.type !== "progress") {
      pending = null;
      apply(event);
      return;
    }
    pending = event;
    if (!isScheduled) nextFrame(flush);
    isScheduled = true;
  };
}
