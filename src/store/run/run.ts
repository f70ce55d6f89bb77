/** What the screen knows of a run: a union of its states, and the pure functions that move between them. */
import { sum } from "../../math/stats.ts";
import type { BackendReport } from "../../report/backend.ts";
import { EXPORT_FORMS, type ExportOffer } from "../../report/exportForms.ts";
import type { StepRecord } from "../../report/record.ts";
import type { TtrlConfig } from "../../rl/ttrlConfig.ts";
import type { Evaluation } from "../../rl/metrics/metrics.ts";
import type { PromptFrame, Task } from "../../rl/contracts/types.ts";
import type { BackendChoice } from "../../report/backend.ts";
import type { GroupView, ModelPart, ModelSummary, Phase, WorkerEvent } from "../../worker/protocol.ts";

export type { ExportForm, ExportOffer } from "../../report/exportForms.ts";
export type { StepRecord } from "../../report/record.ts";
export type { GroupView, ResponseView } from "../../worker/protocol.ts";

/** What a run was started with. */
export interface RunSetup {
  readonly model: {
    readonly name: string;
    readonly title: string;
    /** The model itself, where it does not ship with the page. */
    readonly files?: readonly ModelPart[];
    /** The folder it is stored in, where it was fetched from a Hub. */
    readonly stored?: string;
  };
  readonly study: {
    readonly name: string;
    readonly title: string;
    readonly task: Task;
    readonly questions: number;
    /** How many of the questions have a true answer. */
    readonly answers: number;
  };
  /** What stands around every question; nothing does where it is absent. */
  readonly prompt?: PromptFrame;
  readonly backend: BackendChoice;
  readonly config: TtrlConfig;
}

/** One step's votes, kept for the latest steps only. */
export interface StepVotes {
  readonly step: number;
  readonly groups: readonly GroupView[];
}

/** An evaluation besides the run's own ones: "before" or "after" on another data set, or an initial vote by its name. */
export interface ExtraRecord {
  readonly at: string;
  readonly dataset: string;
  readonly evaluation: Evaluation;
}

/** All a run has reported so far. */
export interface RunRecord {
  readonly runId: string;
  readonly setup: RunSetup;
  readonly steps: readonly StepRecord[];
  readonly evaluations: readonly Evaluation[];
  readonly votes: readonly StepVotes[];
  /** What an experiment measures besides; absent where none asked. */
  readonly extras?: readonly ExtraRecord[];
}

export interface Progress {
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
}

/** What runs the model; known once the worker has started. */
export interface Device {
  readonly backend: BackendReport;
  readonly model: ModelSummary;
  /** About questions left out because they are too long for the model, or null. */
  readonly notice: string | null;
  /** The forms in which the trained model can be taken away. */
  readonly exports: readonly ExportOffer[];
}

/** Something asked of a run at rest that takes the worker a while. */
export type Activity = "evaluating" | "exporting";

interface StartingRun {
  readonly status: "starting";
  readonly record: RunRecord;
  readonly progress: Progress | null;
}

interface LiveRun {
  /** "pausing" finishes the step under way, then rests. */
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

interface RestingRun {
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

/** A run that has begun, whatever became of it. */
export type BegunRun = StartingRun | LiveRun | StoppingRun | RestingRun | FailedRun;

export type RunState = { readonly status: "idle" } | BegunRun;

/** How many of the latest steps keep their votes: enough to look back, little enough for a long run's memory. */
export const VOTES_KEPT = 30;

/** And how many responses they may hold together: some 100 MB of text at the lengths of large models. */
export const RESPONSES_KEPT = 100_000;

/** The state right after Start was pressed. */
export function startedRun(runId: string, setup: RunSetup): RunState {
  const record: RunRecord = { runId, setup, steps: [], evaluations: [], votes: [] };
  return { status: "starting", record, progress: null };
}

/** The state after an event of the worker. Events of another run change nothing. */
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
      return rest(state, "paused");
    case "resumed":
      return isResting(state) ? resumeRun(state) : state;
    case "stopped":
      return rest(state, "stopped");
    case "finished":
      return rest(state, "finished");
    case "exported":
    case "refused":
    case "cancelled":
      return endActivity(state);
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

function begin(state: BegunRun, device: Device): RunState {
  if (state.status === "stopping") return { ...state, device };
  return state.status === "starting" ? { ...state, status: "running", device } : state;
}

/** A run stopped before its model was loaded leaves nothing to show. */
function rest(state: BegunRun, status: RestingRun["status"]): RunState {
  if (state.status === "failed") return state;
  if (state.status === "starting" || state.device === null) return { status: "idle" };
  return { status, record: state.record, device: state.device, activity: null, progress: null };
}

function resumeRun({ record, device }: RestingRun): LiveRun {
  return { status: "running", record, device, progress: null };
}

function fail(state: BegunRun, message: string): RunState {
  const device = state.status === "starting" ? null : state.device;
  return { status: "failed", record: state.record, device, message };
}

function endActivity(state: BegunRun): RunState {
  return isResting(state) ? { ...state, activity: null, progress: null } : state;
}

function withStep(record: RunRecord, event: Extract<WorkerEvent, { type: "stepped" }>): RunRecord {
  const { metrics, timing, groups } = event;
  return {
    ...record,
    steps: [...record.steps, { metrics, timing }],
    votes: latestVotes([...record.votes, { step: metrics.step, groups }]),
  };
}

/** As many of the latest steps as may be kept, the last one in any case. */
function latestVotes(votes: readonly StepVotes[]): readonly StepVotes[] {
  const kept = votes.slice(-VOTES_KEPT);
  const sizes = kept.map(({ groups }) => sum(groups.map(({ responses }) => responses.length)));
  while (kept.length > 1 && sum(sizes) > RESPONSES_KEPT) {
    kept.shift();
    sizes.shift();
  }
  return kept;
}

/** A second evaluation of the same policy replaces the first. */
function withEvaluation(record: RunRecord, evaluation: Evaluation): RunRecord {
  const others = record.evaluations.filter(({ step }) => step !== evaluation.step);
  return { ...record, evaluations: [...others, evaluation] };
}

function withExtra(
  record: RunRecord,
  { at, dataset, evaluation }: Extract<WorkerEvent, { type: "evaluatedExtra" }>,
): RunRecord {
  return { ...record, extras: [...(record.extras ?? []), { at, dataset, evaluation }] };
}

/** What the user can ask of a run. */
export type Request = "pause" | "resume" | "step" | "stop" | "evaluate" | "export" | "cancel";

/** The state right after a request, or null when the run cannot take it now. */
export function requested(state: RunState, request: Request): RunState | null {
  switch (request) {
    case "pause":
      return state.status === "running" ? { ...state, status: "pausing" } : null;
    case "resume":
      return isFreePause(state) ? resumeRun(state) : null;
    case "step":
      return isFreePause(state) ? { ...resumeRun(state), status: "pausing" } : null;
    case "stop":
      return isActive(state) ? stopRun(state) : null;
    case "evaluate":
      return isFree(state) && !isEvaluated(state) ? { ...state, activity: "evaluating" } : null;
    case "export":
      return isFree(state) ? { ...state, activity: "exporting" } : null;
    case "cancel":
      return isResting(state) && state.activity !== null ? { ...state, progress: null } : null;
    default:
      return request satisfies never;
  }
}

function stopRun(state: StoppableRun): RunState {
  const device = state.status === "starting" ? null : state.device;
  return { status: "stopping", record: state.record, device, progress: state.progress };
}

type StoppableRun = StartingRun | LiveRun | RestingRun;

function isResting(state: RunState): state is RestingRun {
  return state.status === "paused" || state.status === "stopped" || state.status === "finished";
}

function isFree(state: RunState): state is RestingRun {
  return isResting(state) && state.activity === null;
}

/** Whether the policy as it is has been evaluated already. */
function isEvaluated({ record }: RestingRun): boolean {
  return record.evaluations.some(({ step }) => step === record.steps.length);
}

function isFreePause(state: RunState): state is RestingRun {
  return isFree(state) && state.status === "paused";
}

function isActive(state: RunState): state is StoppableRun {
  return ["starting", "running", "pausing", "paused"].includes(state.status);
}

/** The forms a model can be taken away in; before it is loaded they are known, and their sizes are not. */
export function formsOf(device: Device | null): readonly ExportOffer[] {
  return device?.exports ?? UNKNOWN_SIZES;
}

const UNKNOWN_SIZES: readonly ExportOffer[] = EXPORT_FORMS.map((form) => ({ form, bytes: 0, notes: [] }));

/** Whether the worker owes the run more: its set-up is locked and leaving the page would lose it. */
export function isUnderWay(state: RunState): boolean {
  return isActive(state) || state.status === "stopping";
}
