/** The contract between the page and the worker that plans memory: a question, and an answer to it. */
import type { MemoryPlan } from "../../model/memory/planMemory.ts";
import type { BackendChoice } from "../../report/backend.ts";
import type { TtrlConfig } from "../../rl/ttrlConfig.ts";
import type { PromptFrame } from "../../rl/contracts/types.ts";
import type { ModelPart } from "../protocol.ts";

export type { MemoryPlan } from "../../model/memory/planMemory.ts";

export interface PlanQuestion {
  /** Folder of a model that ships with the page, relative to the page; the name of a model of the user's. */
  readonly model: string;
  /** The model's files, as in a start. */
  readonly modelFiles?: readonly ModelPart[];
  /** The folder it is stored in, as in a start. */
  readonly storedModel?: string;
  /** Of the data set; of a large one, its longest and its shortest. */
  readonly prompts: readonly string[];
  /** System prompt and suffix of each prompt. */
  readonly prompt: PromptFrame;
  /** Number of questions. */
  readonly questions: number;
  readonly config: TtrlConfig;
  readonly backend: BackendChoice;
}

/** Page to worker. */
export interface PlanRequest {
  readonly id: number;
  readonly question: PlanQuestion;
}

/** Worker to page. */
export interface PlanAnswer {
  readonly id: number;
  /** Null for what has no plan: operations one by one, a model that cannot be read. */
  readonly plan: MemoryPlan | null;
}
