/** What is left of a run for another trainer: its data, its steps, the sizes of its batches. */
import type { PromptFrame, Question, Task } from "../rl/contracts/types.ts";
import type { AnswerKey, Study } from "../rl/metrics/answerKey.ts";
import type { TtrlConfig } from "../rl/ttrlConfig.ts";
import type { Counterparts } from "./counterparts.ts";

/** What the counterparts of a run's settings depend on. */
export interface RunOutline {
  readonly config: TtrlConfig;
  /** Steps to take. */
  readonly steps: number;
  /** Steps the run has taken. */
  readonly stepsDone: number;
  readonly questions: { readonly length: number };
  readonly answerKey: { readonly size: number };
}

/** A run to be continued elsewhere. */
export interface Continuation extends RunOutline {
  readonly dataset: string;
  readonly task: Task;
  /** As they are asked: what follows each in its turn is a part of it. */
  readonly questions: readonly Question[];
  /** For validation alone; empty when the run had no answers. */
  readonly answerKey: AnswerKey;
  /** Tokens of the longest prompt, chat template included. */
  readonly promptTokens: number;
}

/** What is left of a run, whose questions stood in a frame. */
export function continuationOf(
  { questions, answerKey, task }: Study,
  { suffix }: Pick<PromptFrame, "suffix">,
  rest: Omit<Continuation, keyof Study>,
): Continuation {
  const asked = questions.map((question) => ({ ...question, prompt: question.prompt + suffix }));
  return { ...rest, task, answerKey, questions: asked };
}

/** Why a run whose questions stand in this frame has no recipe; null where it has. */
export function recipeRefusal(frame: PromptFrame): string | null {
  if (frame.system === "") return null;
  return "a recipe has no place for the system prompt that the run has; put its text into the suffix and run again";
}

/** Files of a bundle, by path. */
export type BundleFiles = ReadonlyMap<string, string | Uint8Array>;

/** A question as the other trainers' data sets ask it. */
export function asConversation(content: string) {
  return [{ role: "user", content }];
}

/** Questions a step: other loaders drop an epoch's rest, so that a smaller data set would fill no step. */
export function questionsPerStep({ config, questions }: RunOutline): number {
  return Math.min(config.questionsPerStep, questions.length);
}

/** Updates a step: other trainers want mini-batches of one size, so the most that divide the questions. */
export function updatesPerStep(run: RunOutline): number {
  const questions = questionsPerStep(run);
  let updates = Math.min(run.config.updatesPerStep, questions);
  while (questions % updates !== 0) updates--;
  return updates;
}

/** Responses in one forward pass on one device, a divisor of an update's responses. */
export function responsesPerPass(run: RunOutline, most: number): number {
  const perUpdate = (questionsPerStep(run) / updatesPerStep(run)) * run.config.votesPerQuestion;
  let size = Math.min(most, perUpdate);
  while (perUpdate % size !== 0) size--;
  return size;
}

/** Warm-up that is left, in steps. */
export function warmupLeft({ config, stepsDone }: RunOutline): number {
  return Math.max(0, config.warmupSteps - stepsDone);
}

/** What a recipe says whose trainer learns from every response that votes. */
export function addRollouts(list: Counterparts, { votesPerQuestion, rolloutsPerQuestion }: TtrlConfig): void {
  if (rolloutsPerQuestion < votesPerQuestion) list.lose("rolloutsPerQuestion", "all votes are trained on");
  else list.add("rolloutsPerQuestion", {}, "all votes are trained on, as in the run");
}

/** What a recipe says of answers, which `place` reads by the authors' rules. */
export function addAnswers(list: Counterparts, { answers }: TtrlConfig, place = "paper_answers.py"): void {
  if (answers === "paper") list.add("answers", {}, `${place}: the same rules`);
  else list.lose("answers", `${place}: the rules of \`answers: paper\``);
}

/** What another trainer calls an adapter's settings. */
export interface AdapterWords {
  readonly rank: string;
  readonly alpha: string;
  /** Null where it has none. */
  readonly dropout: string | null;
  readonly targets: string;
}

/** Says how an adapter goes on: the bundle's model has it merged in, and a new one of its kind learns beside that. */
export function addAdapter(list: Counterparts, config: TtrlConfig, words: AdapterWords): void {
  const { trainable, loraRank, loraAlpha, loraDropout, loraTargets } = config;
  if (trainable === "all") return;
  list.add("trainable", {}, "a new adapter beside the bundle's model, which has this one merged in");
  list.add("loraRank", { [words.rank]: loraRank });
  list.add("loraAlpha", { [words.alpha]: loraAlpha });
  if (words.dropout !== null) list.add("loraDropout", { [words.dropout]: loraDropout });
  else if (loraDropout > 0) list.lose("loraDropout", "none is left out");
  else list.add("loraDropout", {}, "none is left out, as in the run");
  list.add("loraTargets", { [words.targets]: TARGETS[loraTargets] });
  if (config.basePrecision !== "f32") list.lose("basePrecision", "the base is not packed");
}

/** Names that PEFT knows; "all-linear" is one of its own. */
const TARGETS: Readonly<Record<TtrlConfig["loraTargets"], string | readonly string[]>> = {
  "all-linear": "all-linear",
  attention: ["q_proj", "k_proj", "v_proj", "o_proj"],
  "query-value": ["q_proj", "v_proj"],
};
