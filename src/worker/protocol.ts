/** Messages between the page and the worker that trains. Every message carries the run's id. */
import type { DatasetOptions } from "../data/dataset.ts";
import type { InitialVote } from "../lab/trainingRun.ts";
import type { TryOut } from "../lab/tryOut.ts";
import type { BackendChoice, BackendReport } from "../report/backend.ts";
import type { ExportForm, ExportOffer } from "../report/exportForms.ts";
import type { StepRecord } from "../report/record.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { RunFinding } from "../rl/metrics/findings.ts";
import type { Evaluation } from "../rl/metrics/metrics.ts";
import type { PromptFrame, Question, Task } from "../rl/contracts/types.ts";

export type { TriedQuestion, TriedResponse, TryOut } from "../lab/tryOut.ts";

/** A data set as the worker receives it. The answer key is used only for metrics. */
export interface StudyMessage {
  readonly name: string;
  readonly task: Task;
  readonly questions: readonly Question[];
  /** [question id, true answer]; empty for a data set without answers. */
  readonly answers: readonly (readonly [string, string])[];
  /** How the user's files were read; only recorded. */
  readonly datasetOptions?: DatasetOptions;
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

/** A model, a data set and settings. */
export interface SetupMessage {
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
}

/** Page to worker. Commands to a run that has been replaced are ignored. */
export type Command = { readonly runId: string } & (
  | ({ readonly type: "start"; readonly extras?: ExtraEvaluations } & SetupMessage)
  /** Sample a few responses without starting a run; ends with `tried`, `failed` or, by `cancel`, `stopped`. */
  | ({ readonly type: "try" } & SetupMessage)
  /** Finish the current step, then pause. */
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  /** While paused: run one step, then pause again. */
  | { readonly type: "step" }
  /** End the run now; its weights can be exported until the next start. */
  | { readonly type: "stop" }
  /** While paused, stopped or finished: evaluate the policy in its current state. */
  | { readonly type: "evaluate" }
  /** While paused, stopped or finished: export the trained model to `file`, chosen by the user, or to the page if null. */
  | { readonly type: "export"; readonly form: ExportForm; readonly file: FileSystemFileHandle | null }
  /** Cancel the latest evaluation or export, or the try. */
  | { readonly type: "cancel" }
);

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
  readonly histogram: readonly ({ readonly votes: number } & Pick<ResponseView, "answer" | "right">)[];
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

/** Worker to page, without the run's id. */
export type RunEvent =
  | {
      readonly type: "started";
      readonly backend: BackendReport;
      readonly model: ModelSummary;
      /** Notes about the model and the questions left out because they exceed its context; null if there are none. */
      readonly notice: string | null;
      /** Export forms of the trained model. */
      readonly exports: readonly ExportOffer[];
    }
  | { readonly type: "progress"; readonly phase: Phase; readonly done: number; readonly total: number }
  | { readonly type: "evaluated"; readonly evaluation: Evaluation }
  /** One of the start's extra evaluations; `at` is "before", "after" or the name of an initial vote. */
  | {
      readonly type: "evaluatedExtra";
      readonly at: string;
      readonly dataset: string;
      readonly evaluation: Evaluation;
    }
  | ({
      readonly type: "stepped";
      readonly groups: readonly GroupView[];
      /** Problems that hold in the latest steps. */
      readonly findings: readonly RunFinding[];
    } & StepRecord)
  | { readonly type: "paused" }
  | { readonly type: "resumed" }
  | { readonly type: "tried"; readonly result: TryOut }
  /** Ended by the user. */
  | { readonly type: "stopped" }
  /** All steps done. */
  | { readonly type: "finished" }
  /** The export is done; `file` is null if it was written to the file chosen by the user. */
  | { readonly type: "exported"; readonly fileName: string; readonly file: Blob | null }
  /** The user cancelled a request to the idle run; the run is unchanged. */
  | { readonly type: "cancelled"; readonly request: IdleRequest }
  /** A request to the idle run failed; `message` says why. The run is unchanged. */
  | { readonly type: "refused"; readonly request: IdleRequest; readonly message: string }
  /** The run ended by an error; `message` says what happened and what to do. */
  | { readonly type: "failed"; readonly message: string };

/** Worker to page. */
export type WorkerEvent = { readonly runId: string } & RunEvent;
