/** The states of a run as the page knows them, and the transitions between them. */
import type { BackendReport } from "../../report/backend.ts";
import type { ExportOffer } from "../../report/exportForms.ts";
import type { ModelSummary, Phase, WorkerEvent } from "../../worker/protocol.ts";
import { withEvaluation, withExtra, withStep, type RunRecord, type RunSetup } from "./record.ts";

export interface Progress {
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
}

/** The backend and the model, known once the worker has loaded them. */
export interface Device {
  readonly backend: BackendReport;
  readonly model: ModelSummary;
  /** Notes about the model and the questions skipped because they are too long for it, or null. */
  readonly notice: string | null;
  /** The formats the trained model can be exported in. */
  readonly exports: readonly ExportOffer[];
}

/** A long-running request to a run that is paused or has ended. */
type Activity = "evaluating" | "exporting";

interface StartingRun {
  readonly status: "starting";
  readonly record: RunRecord;
  readonly progress: Progress | null;
}

interface RunningRun {
  /** "pausing" finishes the current step first. */
  readonly status: "running" | "pausing";
  readonly record: RunRecord;
  readonly device: Device;
  readonly progress: Progress | null;
}

interface StoppingRun {
  readonly status: "stopping";
  readonly record: RunRecord;
  readonly device: Device | null;
  readonly progress: Progress | null;
}

interface SettledRun {
  readonly status: "paused" | "stopped" | "finished";
  readonly record: RunRecord;
  readonly device: Device;
  readonly activity: Activity | null;
  readonly progress: Progress | null;
}

interface FailedRun {
  readonly status: "failed";
  readonly record: RunRecord;
  readonly device: Device | null;
  readonly message: string;
}

/** A run that was started, in any state. */
export type StartedRun = StartingRun | RunningRun | StoppingRun | SettledRun | FailedRun;

export type RunState = { readonly status: "idle" } | StartedRun;

/** Returns the state of a run that has just been started. */
export function startedRun(runId: string, setup: RunSetup): RunState {
  const record: RunRecord = { runId, setup, steps: [], evaluations: [], votes: [], extras: [], findings: [] };
  return { status: "starting", record, progress: null };
}

/** Returns the state after a worker event. Events of other runs are ignored. */
export function reduce(state: RunState, event: WorkerEvent): RunState {
  if (state.status === "idle" || event.runId !== state.record.runId) return state;
  switch (event.type) {
    case "started":
      return begin(state, deviceOf(event));
    case "progress":
      return state.status === "failed" ? state : { ...state, progress: progressOf(event) };
    case "evaluated":
      return endActivity({ ...state, record: withEvaluation(state.record, event.evaluation) });
    case "evaluatedExtra":
      return { ...state, record: withExtra(state.record, event) };
    case "stepped":
      return { ...state, record: withStep(state.record, event) };
    case "paused":
      return settle(state, "paused");
    case "resumed":
      return isSettled(state) ? resumeRun(state) : state;
    case "stopped":
      return settle(state, "stopped");
    case "finished":
      return settle(state, "finished");
    case "exported":
    case "refused":
    case "cancelled":
      return endActivity(state);
    case "tried":
      return state;
    case "failed":
      return fail(state, event.message);
    default:
      return event satisfies never;
  }
}

function deviceOf({ backend, model, notice, exports }: Extract<WorkerEvent, { type: "started" }>): Device {
  return { backend, model, notice, exports };
}

function progressOf({ phase, done, total }: Progress): Progress {
  return { phase, done, total };
}

function begin(state: StartedRun, device: Device): RunState {
  if (state.status === "stopping") return { ...state, device };
  return state.status === "starting" ? { ...state, status: "running", device } : state;
}

/** A run stopped before its model was loaded is discarded. */
function settle(state: StartedRun, status: SettledRun["status"]): RunState {
  if (state.status === "failed") return state;
  if (state.status === "starting" || state.device === null) return { status: "idle" };
  return { status, record: state.record, device: state.device, activity: null, progress: null };
}

function resumeRun({ record, device }: SettledRun): RunningRun {
  return { status: "running", record, device, progress: null };
}

function fail(state: StartedRun, message: string): RunState {
  const device = state.status === "starting" ? null : state.device;
  return { status: "failed", record: state.record, device, message };
}

function endActivity(state: StartedRun): RunState {
  return isSettled(state) ? { ...state, activity: null, progress: null } : state;
}

/** A user request to a run. */
export type Request = "pause" | "resume" | "step" | "stop" | "evaluate" | "export" | "cancel";

/** Returns the state after a request, or null if the run cannot accept it now. */
export function requested(state: RunState, request: Request): RunState | null {
  switch (request) {
    case "pause":
      return state.status === "running" ? { ...state, status: "pausing" } : null;
    case "resume":
      return canContinue(state) ? resumeRun(state) : null;
    case "step":
      return canContinue(state) ? { ...resumeRun(state), status: "pausing" } : null;
    case "stop":
      return isActive(state) ? stopRun(state) : null;
    case "evaluate":
      return isFree(state) && !isEvaluated(state) ? { ...state, activity: "evaluating" } : null;
    case "export":
      return isFree(state) ? { ...state, activity: "exporting" } : null;
    case "cancel":
      return isSettled(state) && state.activity !== null ? { ...state, progress: null } : null;
    default:
      return request satisfies never;
  }
}

function stopRun(state: StoppableRun): RunState {
  const device = state.status === "starting" ? null : state.device;
  return { status: "stopping", record: state.record, device, progress: state.progress };
}

type StoppableRun = StartingRun | RunningRun | SettledRun;

function isSettled(state: RunState): state is SettledRun {
  return state.status === "paused" || state.status === "stopped" || state.status === "finished";
}

function isFree(state: RunState): state is SettledRun {
  return isSettled(state) && state.activity === null;
}

/** Whether the current policy has been evaluated already. */
function isEvaluated({ record }: SettledRun): boolean {
  return record.evaluations.some(({ step }) => step === record.steps.length);
}

function canContinue(state: RunState): state is SettledRun {
  return isFree(state) && state.status === "paused";
}

function isActive(state: RunState): state is StoppableRun {
  return ["starting", "running", "pausing", "paused"].includes(state.status);
}

/** Whether a run is in progress: its setup is locked, and leaving the page would lose it. */
export function isInProgress(state: RunState): boolean {
  return isActive(state) || state.status === "stopping";
}
