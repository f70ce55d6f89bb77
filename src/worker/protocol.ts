/** The whole contract between the page and its worker: two unions. Every message of a run names the run. */
import type { BackendReport } from "../report/backend.ts";
import type { BackendChoice } from "../report/backend.ts";
import type { ExportForm, ExportOffer } from "../report/exportForms.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { Evaluation, StepMetrics, StepTiming } from "../rl/metrics/metrics.ts";
import type { PromptFrame, Question, Task } from "../rl/contracts/types.ts";

/** A data set as the worker receives it. The answer key serves the metrics alone. */
export interface StudyMessage {
  readonly name: string;
  readonly task: Task;
  readonly questions: readonly Question[];
  /** [question id, true answer]; empty for a data set without answers. */
  readonly answers: readonly (readonly [string, string])[];
}

/** Another way to let the initial model vote on the questions of a run. */
export interface InitialVote {
  readonly name: string;
  readonly temperature: number;
  readonly topP: number;
  /** Responses per question. */
  readonly samples: number;
}

/** What an experiment measures of a run besides the run's own evaluations. */
export interface ExtraEvaluations {
  readonly votes: readonly InitialVote[];
  /** Other data sets, measured before the first step and after the last. */
  readonly studies: readonly StudyMessage[];
}

/** One file of a model of the user's; in a dropped folder the path begins with its name. */
export interface ModelPart {
  readonly path: string;
  readonly blob: Blob;
}

/** Page to worker. */
export type Command =
  | {
      readonly type: "start";
      readonly runId: string;
      /** Folder of the model, relative to the page, e.g. "models/base-64"; the name of a model of the user's. */
      readonly model: string;
      /** A model of the user's: the files of a Hugging Face folder, or one file that is a GGUF or a zip of a folder. */
      readonly modelFiles?: readonly ModelPart[];
      /** A model that was fetched from a Hub: the folder it is stored in. */
      readonly storedModel?: string;
      readonly study: StudyMessage;
      /** What stands around every question; nothing does where it is absent. */
      readonly prompt?: PromptFrame;
      readonly config: TtrlConfig;
      readonly backend: BackendChoice;
      readonly extras?: ExtraEvaluations;
    }
  /** Finish the current step, then wait. */
  | { readonly type: "pause"; readonly runId: string }
  | { readonly type: "resume"; readonly runId: string }
  /** While paused: do one step, then wait again. */
  | { readonly type: "step"; readonly runId: string }
  /** End the run now; its weights stay exportable until the next start. */
  | { readonly type: "stop"; readonly runId: string }
  /** While paused, stopped or finished: evaluate the policy as it is. */
  | { readonly type: "evaluate"; readonly runId: string }
  /** While paused, stopped or finished: write the trained model in one of the forms offered. */
  | {
      readonly type: "export";
      readonly runId: string;
      readonly form: ExportForm;
      /** Where the user wants it; null leaves the file to the page. */
      readonly file: FileSystemFileHandle | null;
    }
  /** Give up the evaluation or the export that was asked for last. */
  | { readonly type: "cancel"; readonly runId: string };

/** What can be asked of a run at rest; it ends with `evaluated`, `exported`, `refused` or `cancelled`. */
export type AsideRequest = "evaluate" | "export";

/** One response as the page shows it. */
export interface ResponseView {
  readonly text: string;
  readonly answer: string | null;
  /** Vote reward, 0 or 1. */
  readonly reward: number;
  /** Null when the response only voted and was not trained on. */
  readonly advantage: number | null;
  /** Whether the answer is true; null without truth. */
  readonly right: boolean | null;
  readonly tokens: number;
  /** Mean next-token entropy, nats. */
  readonly entropy: number;
  readonly finished: boolean;
}

/** One question of a step as the page shows it: the vote made visible. */
export interface GroupView {
  readonly question: Question;
  readonly pseudoLabel: string | null;
  readonly majorityRatio: number;
  /** True answer, or null when the data set has none. */
  readonly truth: string | null;
  /** Votes by answer, most first; null gathers unanswered responses. */
  readonly histogram: readonly {
    readonly answer: string | null;
    readonly votes: number;
    readonly right: boolean | null;
  }[];
  readonly responses: readonly ResponseView[];
}

/** The model of a run, for the page's run bar. */
export interface ModelSummary {
  readonly name: string;
  readonly parameters: number;
  /** Parameters of the adapter that is trained; null where all of the model's are. */
  readonly trained: number | null;
  readonly layers: number;
  readonly width: number;
  readonly vocabulary: number;
}

/** What is counted: files, responses or tokens; bytes of an export. */
export type Phase = "load" | "sample" | "train" | "evaluate" | "export";

/** Worker to page. */
export type WorkerEvent =
  | {
      readonly type: "started";
      readonly runId: string;
      readonly backend: BackendReport;
      readonly model: ModelSummary;
      /** A sentence about questions that were left out because they are too long for the model, or null. */
      readonly notice: string | null;
      /** The forms in which the trained model can be taken away. */
      readonly exports: readonly ExportOffer[];
    }
  | {
      readonly type: "progress";
      readonly runId: string;
      readonly phase: Phase;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: "evaluated"; readonly runId: string; readonly evaluation: Evaluation }
  /** One of what the start asked to measure beside: "before", "after", or an initial vote by its name. */
  | {
      readonly type: "evaluatedExtra";
      readonly runId: string;
      readonly at: string;
      readonly dataset: string;
      readonly evaluation: Evaluation;
    }
  | {
      readonly type: "stepped";
      readonly runId: string;
      readonly metrics: StepMetrics;
      readonly timing: StepTiming;
      readonly groups: readonly GroupView[];
    }
  | { readonly type: "paused"; readonly runId: string }
  | { readonly type: "resumed"; readonly runId: string }
  /** Ended by the user. */
  | { readonly type: "stopped"; readonly runId: string }
  /** All steps done. */
  | { readonly type: "finished"; readonly runId: string }
  /** The trained model as a file; null when it was written where the user wanted it. */
  | {
      readonly type: "exported";
      readonly runId: string;
      readonly fileName: string;
      readonly file: Blob | null;
    }
  /** What was asked of the run at rest was given up at the user's wish. The run rests as before. */
  | { readonly type: "cancelled"; readonly runId: string; readonly request: AsideRequest }
  /** What was asked of the run at rest could not be done; `message` says why. The run rests as before. */
  | {
      readonly type: "refused";
      readonly runId: string;
      readonly request: AsideRequest;
      readonly message: string;
    }
  /** The run ended by an error; `message` says what happened and what to do. */
  | { readonly type: "failed"; readonly runId: string; readonly message: string };
