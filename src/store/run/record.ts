/** Everything a run has reported so far. */
import { sum } from "../../math/stats.ts";
import type { DatasetOptions } from "../../data/dataset.ts";
import type { BackendChoice } from "../../report/backend.ts";
import type { StepRecord } from "../../report/record.ts";
import type { PromptFrame, Task } from "../../rl/contracts/types.ts";
import type { RunFinding } from "../../rl/metrics/findings.ts";
import type { Evaluation } from "../../rl/metrics/metrics.ts";
import type { TtrlConfig } from "../../rl/ttrlConfig.ts";
import type { GroupView, ModelPart, WorkerEvent } from "../../worker/protocol.ts";

export type { StepRecord } from "../../report/record.ts";
export type { GroupView, ResponseView } from "../../worker/protocol.ts";

/** The setup a run was started with. */
export interface RunSetup {
  readonly model: {
    readonly name: string;
    readonly title: string;
    /** The model's files, if the user opened it. */
    readonly files?: readonly ModelPart[];
    /** The folder the model is stored in, if it was downloaded from a Hub. */
    readonly stored?: string;
  };
  readonly study: {
    readonly name: string;
    readonly title: string;
    readonly task: Task;
    readonly questions: number;
    /** Number of questions with a ground-truth answer. */
    readonly answers: number;
  };
  /** How the user's files were read; absent for embedded data sets. */
  readonly datasetOptions?: DatasetOptions;
  /** System prompt and suffix of every question; absent means none. */
  readonly prompt?: PromptFrame;
  readonly backend: BackendChoice;
  readonly config: TtrlConfig;
}

/** The groups of one step, kept for the latest steps only. */
export interface StepVotes {
  readonly step: number;
  readonly groups: readonly GroupView[];
}

/** An evaluation requested by an experiment: "before" or "after" on another data set, or a named initial vote. */
interface ExtraRecord {
  readonly at: string;
  readonly dataset: string;
  readonly evaluation: Evaluation;
}

export interface RunRecord {
  readonly runId: string;
  readonly setup: RunSetup;
  readonly steps: readonly StepRecord[];
  readonly evaluations: readonly Evaluation[];
  readonly votes: readonly StepVotes[];
  readonly extras: readonly ExtraRecord[];
  /** Problems that hold in the latest steps. */
  readonly findings: readonly RunFinding[];
}

/** Maximum number of steps whose votes are kept. */
export const VOTES_KEPT = 30;

/** Maximum number of responses kept over all steps: about 100 MB of text with large models. */
export const RESPONSES_KEPT = 100_000;

/** Returns the record with a step added. */
export function withStep(record: RunRecord, event: Extract<WorkerEvent, { type: "stepped" }>): RunRecord {
  const { metrics, timing, groups, findings } = event;
  return {
    ...record,
    steps: [...record.steps, { metrics, timing }],
    votes: latestVotes([...record.votes, { step: metrics.step, groups }]),
    findings,
  };
}

/** Returns as many of the latest steps as the limits allow, at least one. */
function latestVotes(votes: readonly StepVotes[]): readonly StepVotes[] {
  const kept = votes.slice(-VOTES_KEPT);
  const sizes = kept.map(({ groups }) => sum(groups.map(({ responses }) => responses.length)));
  while (kept.length > 1 && sum(sizes) > RESPONSES_KEPT) {
    kept.shift();
    sizes.shift();
  }
  return kept;
}

/** Returns the record with an evaluation added; it replaces an earlier one of the same step. */
export function withEvaluation(record: RunRecord, evaluation: Evaluation): RunRecord {
  const others = record.evaluations.filter(({ step }) => step !== evaluation.step);
  return { ...record, evaluations: [...others, evaluation] };
}

/** Returns the record with an experiment's evaluation added. */
export function withExtra(record: RunRecord, { at, dataset, evaluation }: ExtraRecord): RunRecord {
  return { ...record, extras: [...record.extras, { at, dataset, evaluation }] };
}
