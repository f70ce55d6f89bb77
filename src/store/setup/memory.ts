/** The memory plan of the current setup, updated whenever the setup changes. */
import { createStore, type StoreApi } from "zustand/vanilla";
import { sum } from "../../math/stats.ts";
import type { Question } from "../../rl/contracts/types.ts";
import type { MemoryPlan, PlanClient, PlanQuestion } from "../../worker/plan/planClient.ts";
import { chosenModel, type CatalogueStore } from "./catalogue.ts";
import { datasetInUse, type DatasetStore } from "./dataset.ts";
import { configOf, type SettingsStore } from "./settings.ts";

export type { MemoryPlan } from "../../worker/plan/planClient.ts";

/** Null without a plan: not computed yet, or not available for this setup. */
export type MemoryStore = Pick<StoreApi<MemoryPlan | null>, "getState" | "subscribe" | "getInitialState">;

interface SetupStores {
  readonly settings: SettingsStore;
  readonly dataset: DatasetStore;
  readonly catalogue: CatalogueStore;
}

/** Prompts sent to the planner: the longest ones determine the plan. */
const LONGEST = 200;
const SHORTEST = 20;

/** Creates the store. */
export function createMemoryStore(setup: SetupStores, client: PlanClient): MemoryStore {
  const store = createStore<MemoryPlan | null>(() => null);
  let asked = "";
  const ask = (): void => {
    const question = questionOf(setup);
    const key = JSON.stringify(question);
    if (key === asked) return;
    asked = key;
    if (question === null) store.setState(null, true);
    else client.ask(question, (plan) => store.setState(plan, true));
  };
  for (const part of [setup.settings, setup.dataset, setup.catalogue]) part.subscribe(ask);
  return store;
}

/** Returns the question for the planner, or null if the setup is incomplete. */
function questionOf({ settings, dataset, catalogue }: SetupStores): PlanQuestion | null {
  const { model: name, backend, prompt, texts } = settings.getState();
  const model = chosenModel(catalogue.getState(), name);
  const loaded = datasetInUse(dataset.getState());
  const config = configOf(texts);
  if (model === null || loaded === null || config === null) return null;
  const { files, stored } = model;
  const { questions } = loaded.reading;
  const asked = { longest: longestOf(questions), prompt, questions: questions.length, config, backend };
  if (files !== undefined) return { ...asked, model: model.name, modelFiles: files };
  if (stored !== undefined) return { ...asked, model: model.name, storedModel: stored };
  return { ...asked, model: `models/${model.name}` };
}

const prompted = new WeakMap<readonly Question[], PlanQuestion["longest"]>(); // not sorted again at every keystroke

/** Characters of a question and the turns before it. */
function promptLength({ prompt, context = [] }: Question): number {
  return prompt.length + sum(context.map(({ content }) => content.length));
}

/** Returns the questions with the longest and the shortest prompts. */
function longestOf(questions: readonly Question[]): PlanQuestion["longest"] {
  const known = prompted.get(questions);
  if (known !== undefined) return known;
  const byLength = questions
    .map((question) => ({ question, length: promptLength(question) }))
    .sort((a, b) => b.length - a.length)
    .filter((_, i) => i < LONGEST || i >= questions.length - SHORTEST);
  const chosen = byLength.map(({ question }) => question);
  prompted.set(questions, chosen);
  return chosen;
}

/** Returns why a run of this plan does not fit, as a sentence, or null if it does. */
export function memoryObstacle(plan: MemoryPlan | null): string | null {
  if (plan === null || plan.problem === null) return null;
  return `${plan.problem.charAt(0).toUpperCase()}${plan.problem.slice(1)}.`;
}
