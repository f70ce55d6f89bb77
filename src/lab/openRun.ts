/** Opens a run: plans its memory and puts its models on a started backend. */
import type { PeftAdapter } from "../formats/huggingface/peftAdapter.ts";
import type { WeightSource } from "../formats/numbers/weightSource.ts";
import { DEFAULT_BUDGET, type MemoryBudget } from "../model/contracts/memoryBudget.ts";
import type { TrainablePolicy, TrainedState } from "../model/contracts/trainablePolicy.ts";
import type { LanguageModel } from "../model/language/languageModel.ts";
import type { MemoryPlan } from "../model/memory/planMemory.ts";
import { openPolicy } from "../model/openPolicy.ts";
import { runStart } from "../model/runStart.ts";
import { TrainableModels, type CompanionStates } from "../model/trainableModels.ts";
import type { BackendReport } from "../report/backend.ts";
import type { Question } from "../rl/contracts/types.ts";
import { methodOf, type TtrlConfig } from "../rl/ttrlConfig.ts";
import { LabError } from "./labError.ts";
import { planOnBackend } from "./memoryPlan.ts";
import type { StartedBackend } from "./startBackend.ts";

/** Trained state of a run's models at a checkpoint. */
export interface SavedModels extends TrainedState {
  readonly companions: CompanionStates;
}

/** The models that a run starts with. */
export interface RunModels {
  readonly model: LanguageModel;
  readonly weights: WeightSource;
  /** The adapter to continue training; null or absent creates one if the configuration trains an adapter. */
  readonly adapter?: PeftAdapter | null;
  readonly config: TtrlConfig;
  /** Null or absent at the beginning of a run. */
  readonly saved?: SavedModels | null;
}

export interface OpenedRun {
  readonly models: TrainableModels;
  readonly report: BackendReport;
}

/**
 * Plans the memory of a run on `questions`, reports the plan, and opens the models within its budget. Throws `LabError`
 * if the run does not fit into memory.
 */
export async function openRun(
  run: RunModels,
  questions: readonly Question[],
  backend: StartedBackend,
  onPlan: (plan: MemoryPlan) => void = () => undefined,
): Promise<OpenedRun> {
  const plan = await planOnBackend(run.model, questions, run.config, backend.graphs);
  if (plan === null) return openModels(run, backend, DEFAULT_BUDGET);
  if (plan.problem !== null) throw new LabError(plan.problem);
  onPlan(plan);
  return openModels(run, backend, plan.budget);
}

/** Puts the models of a run on the backend. Rejects if weights or adapter do not fit the model. */
export async function openModels(
  { model, weights, adapter = null, config, saved = null }: RunModels,
  { report, graphs }: StartedBackend,
  budget: MemoryBudget,
): Promise<OpenedRun> {
  const origin = { weights, adapter, saved, keepsInitial: methodOf(config).keepsReference };
  const start = await runStart(model.config, config, origin);
  const { policy, ...path } = await openPolicy(model, start.policy, graphs, budget);
  const models = new TrainableModels(policy, start.initial, saved?.companions);
  return { models, report: { ...report, ...path } };
}

/** Puts a model on the backend to sample and score with it. */
export async function openInference(
  model: LanguageModel,
  weights: WeightSource,
  { report, graphs }: StartedBackend,
): Promise<{ policy: TrainablePolicy; report: BackendReport }> {
  const { policy, ...path } = await openPolicy(model, { weights, reference: null, optimizer: null }, graphs);
  return { policy, report: { ...report, ...path } };
}
