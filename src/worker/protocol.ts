/** Messages between the page and its worker. Every message of a run carries the run's id. */
import type { InitialVote } from "../lab/trainingRun.ts";
import type { BackendReport } from "../report/backend.ts";
import type { BackendChoice } from "../report/backend.ts";
import type { ExportForm, ExportOffer } from "../report/exportForms.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { Evaluation, StepMetrics, StepTiming } from "../rl/metrics/metrics.ts";
import type { PromptFrame, Question, Task } from "../rl/contracts/types.ts";

/** A data set as the worker receives it. The answer key is used only for metrics. */
export interface StudyMessage {
  readonly name: string;
  readonly task: Task;
  readonly questions: readonly Question[];
  /** [question id, true answer]; empty for a data set without answers. */
  readonly answers: readonly (readonly [string, string])[];
}

/** Evaluations of an experiment in addition to the run's own. */
export interface ExtraEvaluations {
  readonly votes: readonly InitialVote[];
  /** Other data sets, evaluated before the first step and after the last. */
  readonly studies: readonly StudyMessage[];
}

/** A file of the user's model; the path of a file in a dropped folder starts with the folder's name. */
export interface ModelPart {
  readonly path: string;
  readonly blob: Blob;
}

/** Page to worker. */
export type Command =
  | {
      readonly type: "start";
      readonly runId: string;
      /** Folder of an embedded model relative to the page, e.g. "models/abacus-0.2M"; else the name of the user's model. */
      readonly model: string;
      /** The user's model: the files of a Hugging Face folder, or one file that is a GGUF or a zip of a folder. */
      readonly modelFiles?: readonly ModelPart[];
      /** Storage folder of a model downloaded from a Hub. */
      readonly storedModel?: string;
      readonly study: StudyMessage;
      /** System prompt and suffix of every question; absent means none. */
      readonly prompt?: PromptFrame;
      readonly config: TtrlConfig;
      readonly backend: BackendChoice;
      readonly extras?: ExtraEvaluations;
    }
  /** Finish the current step, then pause. */
  | { readonly type: "pause"; readonly runId: string }
  | { readonly type: "resume"; readonly runId: string }
  /** While paused: run one step, then pause again. */
  | { readonly type: "step"; readonly runId: string }
  /** End the run now; its weights can be exported until the next start. */
  | { readonly type: "stop"; readonly runId: string }
  /** While paused, stopped or finished: evaluate the policy in its current state. */
  | { readonly type: "evaluate"; readonly runId: string }
  /** While paused, stopped or finished: export the trained model in one of the offered forms. */
  | {
      readonly type: "export";
      readonly runId: string;
      readonly form: ExportForm;
      /** The file chosen by the user; null returns the file to the page. */
      readonly file: FileSystemFileHandle | null;
    }
  /** Cancel the latest evaluation or export. */
  | { readonly type: "cancel"; readonly runId: string };

/** A request to an idle run: paused, stopped or finished. It ends with `evaluated`, `exported`, `refused` or `cancelled`. */
export type IdleRequest = "evaluate" | "export";

/** A response as the page shows it. */
export interface ResponseView {
  readonly text: string;
  readonly answer: string | null;
  /** Vote reward, 0 or 1. */
  readonly reward: number;
  /** Null when the response only voted and was not trained on. */
  readonly advantage: number | null;
  /** True if the answer is correct; null without ground truth. */
  readonly right: boolean | null;
  readonly tokens: number;
  /** Mean next-token entropy, nats. */
  readonly entropy: number;
  readonly finished: boolean;
}

/** A question of a step with its vote, as the page shows it. */
export interface GroupView {
  readonly question: Question;
  readonly pseudoLabel: string | null;
  readonly majorityRatio: number;
  /** Ground truth; null if the data set has none. */
  readonly truth: string | null;
  /** Votes by answer, most votes first; null counts unanswered responses. */
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
  /** Parameters of the trained adapter; null if all weights are trained. */
  readonly trained: number | null;
  readonly layers: number;
  readonly width: number;
  readonly vocabulary: number;
}

/** Phases and their units of progress: files, responses, tokens, responses, bytes. */
export type Phase = "load" | "sample" | "train" | "evaluate" | "export";

/** Worker to page. */
export type WorkerEvent =
  | {
      readonly type: "started";
      readonly runId: string;
      readonly backend: BackendReport;
      readonly model: ModelSummary;
      /** A sentence that names the questions left out because they exceed the model's context; null if there are none. */
      readonly notice: string | null;
      /** Export forms of the trained model. */
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
  /** One of the start's extra evaluations; `at` is "before", "after" or the name of an initial vote. */
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
  /** The export is done; `file` is null if it was written to the file chosen by the user. */
  | {
      readonly type: "exported";
      readonly runId: string;
      readonly fileName: string;
      readonly file: Blob | null;
    }
  /** The user cancelled a request to the idle run; the run is unchanged. */
  | { readonly type: "cancelled"; readonly runId: string; readonly request: IdleRequest }
  /** A request to the idle run failed; `message` says why. The run is unchanged. */
  | {
      readonly type: "refused";
      readonly runId: string;
      readonly request: IdleRequest;
      readonly message: string;
    }
  /** The run ended by an error; `message` says what happened and what to do. */
  | { readonly type: "failed"; readonly runId: string; readonly message: string };
