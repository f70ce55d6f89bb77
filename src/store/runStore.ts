/** The live run: commands go out through the client, events come back and are reduced, progress once a frame. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { WorkerClient } from "../worker/client.ts";
import type { AsideRequest, Beside, Command, StudyMessage, WorkerEvent } from "../worker/protocol.ts";
import { reduce, requested, startedRun, type Request, type RunSetup, type RunState } from "./run.ts";

type Start = Extract<Command, { type: "start" }>;

/** A file the worker hands over. */
export interface ExportedFile {
  readonly fileName: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the surroundings do for the store; replaced in tests. */
export interface RunSurroundings {
  /** Saves an exported file where the user can find it. */
  readonly deliver: (file: ExportedFile) => void;
  /** Tells the user why a request to the run at rest could not be met. */
  readonly tellRefusal: (request: AsideRequest, message: string) => void;
  /** Calls back once, before the next frame is drawn. */
  readonly nextFrame: (callback: () => void) => void;
}

export interface RunStore extends Pick<StoreApi<RunState>, "getState" | "subscribe" | "getInitialState"> {
  /** Starts a new run in place of the last one. */
  start(setup: RunSetup, study: StudyMessage, beside?: Beside): void;
  /** Asks something of the run; does nothing when the run cannot take it now. */
  request(request: Request): void;
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
    if (event.type === "exported") surroundings.deliver({ fileName: event.fileName, bytes: event.zip });
    if (event.type === "refused") surroundings.tellRefusal(event.request, event.message);
  });

  return {
    ...store,
    start(setup, study, beside) {
      const runId = `r${++runs}`;
      store.setState(startedRun(runId, setup), true);
      const { model, config, backend } = setup;
      client.send({
        type: "start",
        runId,
        ...placeOf(model),
        study,
        config,
        backend,
        ...(beside !== undefined && { beside }),
      });
    },
    request(request) {
      const state = store.getState();
      const next = requested(state, request);
      const runId = runIdOf(state);
      if (next === null || runId === null) return;
      store.setState(next, true);
      client.send({ type: request, runId });
    },
    forceStop: () => client.restart(),
  };
}

/** Where the worker finds a model. */
function placeOf({ name, files }: RunSetup["model"]): Pick<Start, "model" | "modelFiles"> {
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
