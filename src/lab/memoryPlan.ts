/** Whether a run that starts fits, and what its batches are cut to. */
import { fitQuestions, promptLengths } from "../model/language/fitQuestions.ts";
import type { LanguageModel } from "../model/language/languageModel.ts";
import { machineFor } from "../model/memory/machine.ts";
import { planMemory, type Machine, type MemoryPlan } from "../model/memory/planMemory.ts";
import { trainedParameters } from "../model/memory/trainedParameters.ts";
import type { Graphs } from "../model/openPolicy.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../model/contracts/memoryBudget.ts";
import { methodOf, type TtrlConfig } from "../rl/ttrlConfig.ts";
import { demandOf } from "../model/memory/demand.ts";
import type { Question } from "../rl/contracts/types.ts";

/** What the batches of a run that starts are cut to. Throws a `RangeError`, saying what to change, when it cannot fit. */
export async function memoryBudgetFor(
  model: LanguageModel,
  questions: readonly Question[],
  config: TtrlConfig,
  graphs: Graphs | string,
): Promise<MemoryBudget> {
  const machine = await machineFor(model.config, graphs, config);
  if (machine === null) return DEFAULT_BUDGET;
  const { problem, budget } = await planQuestions(
    model,
    { questions, count: questions.length },
    config,
    machine,
  );
  if (problem !== null) throw new RangeError(problem);
  return budget;
}

/** The plan of a run on these questions, of `count` in all, where `machine` computes it. */
export function planQuestions(
  model: LanguageModel,
  { questions, count }: { readonly questions: readonly Question[]; readonly count: number },
  config: TtrlConfig,
  machine: Machine,
): Promise<MemoryPlan> {
  const fitting = fitQuestions(model, questions, config.maxResponseTokens).questions;
  const lengths = promptLengths(model, fitting);
  return planMemory(
    {
      ...trainedParameters(model.config, config),
      demand: demandOf(methodOf(config), count),
      promptLengths: lengths,
    },
    machine,
  );
}
