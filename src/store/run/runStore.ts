/** The live run: commands go out through the client, events come back and are reduced, progress once a frame. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { exportName, type ExportForm } from "../../report/exportForms.ts";
import type { WorkerClient } from "../../worker/client.ts";
import type {
  AsideRequest,
  ExtraEvaluations,
  Command,
  StudyMessage,
  WorkerEvent,
} from "../../worker/protocol.ts";
import { reduce, requested, startedRun, type Request, type RunSetup, type RunState } from "./run.ts";

type Start = Extract<Command, { type: "start" }>;

/** A file the worker hands over. */
export interface ExportedFile {
  readonly fileName: string;
  readonly file: Blob;
}

/** Where the user wants a file: in one that they chose, among their downloads, or after all not. */
export type ChosenPlace = FileSystemFileHandle | "downloads" | "nowhere";

/** What the surroundings do for the store; replaced in tests. */
export interface RunSurroundings {
  /** Saves an exported file where the user can find it. */
  readonly deliver: (file: ExportedFile) => void;
  /** Asks where a file of about so many bytes is to go. */
  readonly askWhere: (fileName: string, bytes: number) => Promise<ChosenPlace>;
  /** Tells the user that a file is where they wanted it. */
  readonly tellSaved: (fileName: string) => void;
  /** Tells the user why a request to the run at rest could not be met. */
  readonly tellRefusal: (request: AsideRequest, message: string) => void;
  /** Calls back once, before the next frame is drawn. */
  readonly nextFrame: (callback: () => void) => void;
}

export interface RunStore extends Pick<StoreApi<RunState>, "getState" | "subscribe" | "getInitialState"> {
  /** Starts a new run in place of the last one. */
  start(setup: RunSetup, study: StudyMessage, extras?: ExtraEvaluations): void;
  /** Asks something of the run; does nothing when the run cannot take it now. */
  request(request: Exclude<Request, "export">): void;
  /** Writes the trained model in a form that was offered; does nothing when the run cannot do so now. */
  exportAs(form: ExportForm): Promise<void>;
  /** Ends a run that does not answer. */
  forceStop(): void;
}

/** Creates the store and subscribes it to the client for the page's lifetime. */
export function createRunStore(client: WorkerClient, surroundings: RunSurroundings): RunStore {
  const store = createStore<RunState>(() => ({ status: "idle" }));
  const receive = gatherProgress(
    (event) => store.setState((state) => reduce(state, event), true),
    surroundings.nextFrame,
  );
  let runs = 0;
  client.subscribe((event) => {
    receive(event);
    if (event.runId !== runIdOf(store.getState())) return;
    if (event.type === "exported") handOn(event, surroundings);
    if (event.type === "refused") surroundings.tellRefusal(event.request, event.message);
  });

  return {
    ...store,
    start(setup, study, extras) {
      const runId = `r${++runs}`;
      store.setState(startedRun(runId, setup), true);
      const { model, prompt, config, backend } = setup;
      const place = placeOf(model);
      const others = { ...(prompt && { prompt }), ...(extras && { extras }) };
      client.send({ type: "start", runId, ...place, study, config, backend, ...others });
    },
    request(request) {
      const state = store.getState();
      const next = requested(state, request);
      const runId = runIdOf(state);
      if (next === null || runId === null) return;
      store.setState(next, true);
      client.send({ type: request, runId });
    },
    exportAs: (form) => exportAs(form, store, client, surroundings),
    forceStop: () => client.restart(),
  };
}

async function exportAs(
  form: ExportForm,
  store: StoreApi<RunState>,
  client: WorkerClient,
  { askWhere }: RunSurroundings,
): Promise<void> {
  const asked = store.getState();
  const offer = offerOf(asked, form);
  if (offer === null || requested(asked, "export") === null) return;
  const place = await askWhere(offer.fileName, offer.bytes);
  const state = store.getState(); // which may have changed while the user chose
  const next = requested(state, "export");
  if (place === "nowhere" || next === null || runIdOf(state) !== runIdOf(asked)) return;
  store.setState(next, true);
  client.send({ type: "export", runId: offer.runId, form, file: place === "downloads" ? null : place });
}

function handOn(
  { fileName, file }: Extract<WorkerEvent, { type: "exported" }>,
  { deliver, tellSaved }: RunSurroundings,
): void {
  if (file === null) tellSaved(fileName);
  else deliver({ fileName, file });
}

/** What the file of a form will be; null when the run offers none. */
function offerOf(state: RunState, form: ExportForm) {
  if (!("device" in state) || state.device === null) return null;
  const { bytes = null } = state.device.exports.find((offer) => offer.form === form) ?? {};
  if (bytes === null) return null;
  const { runId, steps } = state.record;
  return { runId, bytes, fileName: exportName(state.device.model.name, steps.length, form) };
}

/** Where the worker finds a model. */
function placeOf({
  name,
  files,
  stored,
}: RunSetup["model"]): Pick<Start, "model" | "modelFiles" | "storedModel"> {
  if (stored !== undefined) return { model: name, storedModel: stored };
  return files === undefined ? { model: `models/${name}` } : { model: name, modelFiles: files };
}

function runIdOf(state: RunState): string | null {
  return state.status === "idle" ? null : state.record.runId;
}

/**
 * Hands events on at once, except progress: a worker may report it a hundred times a second, so only the latest of a
 * frame is kept. Any other event drops the waiting progress, which it makes out of date.
 */
function gatherProgress(
  apply: (event: WorkerEvent) => void,
  nextFrame: (callback: () => void) => void,
): (event: WorkerEvent) => void {
  let waiting: WorkerEvent | null = null;
  let isScheduled = false;
  const flush = (): void => {
    isScheduled = false;
    if (waiting !== null) apply(waiting);
    waiting = null;
  };
  return (event) => {
    if (event.type !== "progress") {
      waiting = null;
      apply(event);
      return;
    }
    waiting = event;
    if (!isScheduled) nextFrame(flush);
    isScheduled = true;
  };
}
