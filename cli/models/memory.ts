/** What memory a run will take, told and held against what there is before the run takes it. */
import type { LanguageModel } from "../../src/model/language/languageModel.ts";
import { bytesText } from "../../src/math/bytes.ts";
import { machineFor } from "../../src/model/memory/machine.ts";
import { planMemory, type MemoryPlan } from "../../src/model/memory/planMemory.ts";
import { trainedParameters } from "../../src/model/memory/trainedParameters.ts";
import { promptLengths } from "../../src/model/language/fitQuestions.ts";
import type { Graphs } from "../../src/model/openPolicy.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../../src/model/contracts/memoryBudget.ts";
import { methodOf, type TtrlConfig } from "../../src/rl/ttrlConfig.ts";
import { demandOf } from "../../src/model/memory/demand.ts";
import { fitToModel, type DatasetFile } from "../files/datasetFile.ts";
import { InputError } from "../inputError.ts";

/** Tells the plan of a run on standard error; returns what its batches are cut to, or refuses the run. */
export async function planRun(
  model: LanguageModel,
  { file, ...dataset }: DatasetFile,
  config: TtrlConfig,
  graphs: Graphs | string,
): Promise<MemoryBudget> {
  const machine = await machineFor(model.config, graphs, config);
  if (machine === null) return DEFAULT_BUDGET; // no plan for operations one by one
  const { questions } = fitToModel({ file, ...dataset }, model, config.maxResponseTokens).study;
  const run = {
    ...trainedParameters(model.config, config),
    demand: demandOf(methodOf(config), questions.length),
    promptLengths: promptLengths(model, questions),
  };
  const plan = await planMemory(run, machine);
  if (plan.problem !== null) throw new InputError(plan.problem);
  console.error(planLine(plan));
  return plan.budget;
}

/** The plan in a line. */
export function planLine({ path, total, limit, buffer, reductions }: MemoryPlan): string {
  const of = limit === null ? "" : ` of ${bytesText(limit)}`;
  const most = buffer === null || buffer.limit === Infinity ? "" : ` of ${bytesText(buffer.limit)}`;
  const largest = buffer === null ? "" : `, the largest buffer ${bytesText(buffer.bytes)}${most}`;
  const cut = reductions.length === 0 ? "" : `; to fit: ${reductions.join(", ")}`;
  return `memory: about ${bytesText(total)}${of} on ${path}${largest}${cut}`;
}
