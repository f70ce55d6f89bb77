/** Plans the memory of a run before it starts. */
import { promptLengths } from "../model/language/fitQuestions.ts";
import type { LanguageModel } from "../model/language/languageModel.ts";
import type { ModelConfig } from "../model/language/config.ts";
import { machineFor } from "../model/memory/machine.ts";
import { planMemory, type Machine, type MemoryPlan } from "../model/memory/planMemory.ts";
import { trainedParameters } from "../model/memory/trainedParameters.ts";
import type { Graphs } from "../model/openPolicy.ts";
import { demandOf } from "../model/memory/demand.ts";
import type { Question } from "../rl/contracts/types.ts";
import { methodOf, type TtrlConfig } from "../rl/ttrlConfig.ts";

/** The prompts of a run by their sizes. */
export interface PromptSizes {
  /** Tokens of each prompt, or of a sample that holds the longest. */
  readonly promptLengths: readonly number[];
  /** Number of questions. */
  readonly questions: number;
}

/** Tokens of a prompt where there is no data set to tell. */
const ASSUMED_PROMPT = 128;

/** The prompts of a run without a data set: of 128 tokens, as many as a step or an evaluation takes. */
export function assumedPrompts({ questionsPerStep, evaluationQuestions }: TtrlConfig): PromptSizes {
  const questions = Math.max(questionsPerStep, evaluationQuestions);
  return { questions, promptLengths: Array.from({ length: questions }, () => ASSUMED_PROMPT) };
}

/** Plans the memory of a run on `machine`. */
export function planRun(
  model: ModelConfig,
  { promptLengths, questions }: PromptSizes,
  config: TtrlConfig,
  machine: Machine,
): Promise<MemoryPlan> {
  return planMemory(
    { ...trainedParameters(model, config), demand: demandOf(methodOf(config), questions), promptLengths },
    machine,
  );
}

/** Plans the memory of a run on the started backend; null if the backend has no plan. */
export async function planOnBackend(
  model: LanguageModel,
  questions: readonly Question[],
  config: TtrlConfig,
  graphs: Graphs | string,
): Promise<MemoryPlan | null> {
  const machine = await machineFor(model.config, graphs, config);
  if (machine === null) return null;
  const sizes = { promptLengths: promptLengths(model, questions), questions: questions.length };
  return planRun(model.config, sizes, config, machine);
}
