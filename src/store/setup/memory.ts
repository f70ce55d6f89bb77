/** The memory that the set-up would take, planned anew whenever it changes. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { PlanClient } from "../../worker/plan/planClient.ts";
import type { MemoryPlan, PlanQuestion } from "../../worker/plan/planProtocol.ts";
import { chosenModel, type CatalogueStore } from "./catalogue.ts";
import { datasetInUse, type DatasetStore } from "./dataset.ts";
import { configOf, type SettingsStore } from "./settings.ts";

export type { MemoryPlan } from "../../worker/plan/planProtocol.ts";

/** Null while nothing is known: no plan yet, or a set-up that has none. */
export type MemoryStore = Pick<StoreApi<MemoryPlan | null>, "getState" | "subscribe" | "getInitialState">;

/** What the set-up is made of. */
interface SetUp {
  readonly settings: SettingsStore;
  readonly dataset: DatasetStore;
  readonly catalogue: CatalogueStore;
}

/** Prompts that are sent of a data set: the longest of them decide. */
const LONGEST = 200;
const SHORTEST = 20;

/** Creates the store. */
export function createMemoryStore(setUp: SetUp, client: PlanClient): MemoryStore {
  const store = createStore<MemoryPlan | null>(() => null);
  let asked = "";
  const ask = (): void => {
    const question = questionOf(setUp);
    const key = JSON.stringify(question);
    if (key === asked) return;
    asked = key;
    if (question === null) store.setState(null, true);
    else client.ask(question, (plan) => store.setState(plan, true));
  };
  for (const part of [setUp.settings, setUp.dataset, setUp.catalogue]) part.subscribe(ask);
  return store;
}

/** Null for a set-up that is not complete. */
function questionOf({ settings, dataset, catalogue }: SetUp): PlanQuestion | null {
  const { model: name, backend, prompt, texts } = settings.getState();
  const model = chosenModel(catalogue.getState(), name);
  const loaded = datasetInUse(dataset.getState());
  const config = configOf(texts);
  if (model === null || loaded === null || config === null) return null;
  const { files, stored } = model;
  const { questions } = loaded.reading;
  const byLength = questions.map(({ prompt }) => prompt).sort((a, b) => b.length - a.length);
  const prompts = byLength.filter((_, i) => i < LONGEST || i >= byLength.length - SHORTEST);
  const asked = { prompts, prompt, questions: questions.length, config, backend };
  if (files !== undefined) return { ...asked, model: model.name, modelFiles: files };
  if (stored !== undefined) return { ...asked, model: model.name, storedModel: stored };
  return { ...asked, model: `models/${model.name}` };
}

/** Why a run of this plan cannot start, as a sentence; null when it can. */
export function memoryObstacle(plan: MemoryPlan | null): string | null {
  if (plan === null || plan.problem === null) return null;
  return `${plan.problem.charAt(0).toUpperCase()}${plan.problem.slice(1)}.`;
}
