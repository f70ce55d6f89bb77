/** Entry of the worker that plans the memory of a run before it starts; a worker of its own answers during a run. */
import { blobSource } from "../../formats/byteSource.ts";
import { storedFiles } from "../../hub/cache.ts";
import { planRun } from "../../lab/memoryPlan.ts";
import { openModel, type ModelFiles } from "../../lab/openModel.ts";
import { fitQuestions, promptLengths } from "../../model/language/fitQuestions.ts";
import { readLanguageModel, type LanguageModel } from "../../model/language/languageModel.ts";
import type { MemoryPlan } from "../../model/memory/planMemory.ts";
import { trainedParameters } from "../../model/memory/trainedParameters.ts";
import { limitsObstacle } from "../../model/openPolicy.ts";
import { downloadModel } from "../browser/embeddedModel.ts";
import { browserMachine } from "../browser/machine.ts";
import { OpfsStorage } from "../browser/opfsStorage.ts";
import type { PromptFrame, Question } from "../../rl/contracts/types.ts";
import type { Command } from "../protocol.ts";

/** A run that has not started. A question about a model of the user's, like a start, carries its files or folder. */
export interface PlanQuestion extends Pick<
  Extract<Command, { type: "start" }>,
  "model" | "modelFiles" | "storedModel" | "config" | "backend"
> {
  /** Questions of the data set; of a large one, those with the longest and the shortest prompts. */
  readonly longest: readonly Question[];
  /** System prompt and suffix of each prompt. */
  readonly prompt: PromptFrame;
  /** Number of questions. */
  readonly questions: number;
}

/** Page to worker. */
export interface PlanRequest {
  readonly id: number;
  readonly question: PlanQuestion;
}

/** Worker to page. */
export interface PlanAnswer {
  readonly id: number;
  /** Null if the backend has no plan or the model cannot be read. */
  readonly plan: MemoryPlan | null;
}

/** The model of the latest question, reused while the user edits settings. */
let latest: { readonly key: string; readonly model: Promise<LanguageModel> } | null = null;

self.onmessage = ({ data: { id, question } }: MessageEvent<PlanRequest>) => {
  // A model that cannot be read has no plan; the start, which reads it again, reports the error.
  const plan = planOf(question).catch(() => null);
  void plan.then((found) => self.postMessage({ id, plan: found } satisfies PlanAnswer));
};

/** Returns the plan of a run that has not started; null if its backend has no plan. */
async function planOf(asked: PlanQuestion): Promise<MemoryPlan | null> {
  const key = [
    asked.model,
    asked.storedModel ?? "",
    JSON.stringify(asked.prompt),
    ...(asked.modelFiles ?? []).map(({ blob }) => blob.size),
  ].join(" ");
  if (latest?.key !== key) latest = { key, model: readModel(asked) };
  const model = await latest.model;
  const { machine } = await browserMachine(asked.backend);
  if (machine === null) return null;
  const { adapter } = machine;
  const trained = trainedParameters(model.config, asked.config);
  if (adapter !== null && limitsObstacle(model.config, adapter, trained) !== null) return null;
  const fitting = fitQuestions(model, asked.longest, asked.config.maxResponseTokens).questions;
  const sizes = { promptLengths: promptLengths(model, fitting), questions: asked.questions };
  return planRun(model.config, sizes, asked.config, machine);
}

async function readModel(asked: PlanQuestion): Promise<LanguageModel> {
  const { texts } = await openModel(await filesOf(asked));
  return readLanguageModel(texts, asked.prompt);
}

async function filesOf({ model, modelFiles, storedModel }: PlanQuestion): Promise<ModelFiles> {
  if (modelFiles !== undefined) return new Map(modelFiles.map(({ path, blob }) => [path, blobSource(blob)]));
  if (storedModel !== undefined) return storedFiles(new OpfsStorage(), storedModel);
  return downloadModel(model, new AbortController().signal, () => {});
}
