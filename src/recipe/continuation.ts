/** The remainder of a run that another trainer continues: its data, steps and batch sizes. */
import type { PromptFrame, Question, Task } from "../rl/contracts/types.ts";
import type { AnswerKey, Study } from "../rl/metrics/answerKey.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { Counterparts } from "./counterparts.ts";

/** The part of a run that determines the other trainer's settings. */
export interface RunOutline {
  readonly config: TtrlConfig;
  /** Remaining steps. */
  readonly steps: number;
  /** Completed steps. */
  readonly stepsDone: number;
  readonly questions: { readonly length: number };
  readonly answerKey: { readonly size: number };
}

/** A run to be continued with another trainer. */
export interface Continuation extends RunOutline {
  readonly dataset: string;
  readonly task: Task;
  /** Prompts include the run's suffix. */
  readonly questions: readonly Question[];
  /** For validation only; empty if the run had no answers. */
  readonly answerKey: AnswerKey;
  /** Tokens of the longest prompt, including the chat template. */
  readonly promptTokens: number;
}

/** Creates a continuation, appending the prompt suffix to every question. */
export function continuationOf(
  { questions, answerKey, task }: Study,
  { suffix }: Pick<PromptFrame, "suffix">,
  rest: Omit<Continuation, keyof Study>,
): Continuation {
  const suffixed = questions.map((question) => ({ ...question, prompt: question.prompt + suffix }));
  return { ...rest, task, answerKey, questions: suffixed };
}

/** Returns why a run cannot be exported as a recipe; null if it can. */
export function recipeRefusal(frame: PromptFrame): string | null {
  if (frame.template !== undefined || frame.templateArgs !== undefined)
    return "a recipe cannot include the run's chat template and its arguments; run again with the model's own";
  if (frame.system === "") return null;
  return "a recipe cannot include the run's system prompt; put its text into the suffix and run again";
}

/** Files of a bundle, by path. */
export type BundleFiles = ReadonlyMap<string, string | Uint8Array>;

/** Questions per step, at most the whole data set: other data loaders drop incomplete batches. */
export function questionsPerStep({ config, questions }: RunOutline): number {
  return Math.min(config.questionsPerStep, questions.length);
}

/** Updates per step: the most, up to the configured number, that divide the questions into equal mini-batches. */
export function updatesPerStep(run: RunOutline): number {
  const questions = questionsPerStep(run);
  let updates = Math.min(run.config.updatesPerStep, questions);
  while (questions % updates !== 0) updates--;
  return updates;
}

/** Micro-batch per device: the largest divisor of an update's responses up to `most`, with `perQuestion` responses each. */
export function responsesPerPass(run: RunOutline, perQuestion: number, most: number): number {
  const perUpdate = (questionsPerStep(run) / updatesPerStep(run)) * perQuestion;
  let size = Math.min(most, perUpdate);
  while (perUpdate % size !== 0) size--;
  return size;
}

/** Remaining warm-up, in steps. */
export function warmupLeft({ config, stepsDone }: RunOutline): number {
  return Math.max(0, config.warmupSteps - stepsDone);
}

/** Maps `rolloutsPerQuestion` for a trainer that trains on every response that votes. */
export function addRollouts(
  list: Counterparts,
  { votesPerQuestion, rolloutsPerQuestion }: Pick<TtrlConfig, "votesPerQuestion" | "rolloutsPerQuestion">,
): void {
  if (rolloutsPerQuestion < votesPerQuestion) list.lose("rolloutsPerQuestion", "all votes are trained on");
  else list.add("rolloutsPerQuestion", {}, "all votes are trained on, as in the run");
}

/** Maps `answers` for a recipe in which `place` grades by the authors' rules. */
export function addAnswers(
  list: Counterparts,
  { answers }: Pick<TtrlConfig, "answers">,
  place = "paper_answers.py",
): void {
  if (answers === "paper") list.add("answers", {}, `${place}: the same rules`);
  else list.lose("answers", `${place}: the rules of \`answers: paper\``);
}

/** Maps `epochRest` for a trainer that drops the rest of an epoch. */
export function addEpochRest(list: Counterparts, { epochRest }: Pick<TtrlConfig, "epochRest">): void {
  if (epochRest === "kept") list.lose("epochRest", "dropped");
  else list.add("epochRest", {}, "always dropped");
}

/** Another trainer's names of the LoRA settings. */
interface AdapterNames {
  readonly rank: string;
  readonly alpha: string;
  /** Null if it has no dropout. */
  readonly dropout: string | null;
  readonly targets: string;
}

type AdapterSettings = Pick<
  TtrlConfig,
  "trainable" | "loraRank" | "loraAlpha" | "loraDropout" | "loraTargets" | "basePrecision"
>;

/** Maps the LoRA settings: the bundle's model has the adapter merged in, and a new one with equal settings is trained. */
export function addAdapter(list: Counterparts, config: AdapterSettings, names: AdapterNames): void {
  const { trainable, loraRank, loraAlpha, loraDropout, loraTargets } = config;
  if (trainable === "all") return;
  list.add("trainable", {}, "a new adapter; this one is merged into the bundle's model");
  list.add("loraRank", { [names.rank]: loraRank });
  list.add("loraAlpha", { [names.alpha]: loraAlpha });
  if (names.dropout !== null) list.add("loraDropout", { [names.dropout]: loraDropout });
  else if (loraDropout > 0) list.lose("loraDropout", "no dropout");
  else list.add("loraDropout", {}, "no dropout, as in the run");
  list.add("loraTargets", { [names.targets]: TARGETS[loraTargets] });
  if (config.basePrecision !== "f32") list.lose("basePrecision", "the base model is not quantised");
}

/** PEFT's names of target modules. */
const TARGETS: Readonly<Record<TtrlConfig["loraTargets"], string | readonly string[]>> = {
  "all-linear": "all-linear",
  attention: ["q_proj", "k_proj", "v_proj", "o_proj"],
  "query-value": ["q_proj", "v_proj"],
};
