import { readDataset } from "../../data/dataset.ts";
import { expect, it } from "vitest";
import type { MemoryPlan, PlanQuestion } from "../../worker/plan/planClient.ts";
import { createCatalogueStore } from "./catalogue.ts";
import { createDatasetStore } from "./dataset.ts";
import { createMemoryStore, memoryObstacle } from "./memory.ts";
import { createSettingsStore, DEFAULT_SETTINGS } from "./settings.ts";

const PLAN: MemoryPlan = {
  path: "WASM",
  parts: [],
  total: 2 ** 20,
  limit: 2 ** 32,
  buffer: null,
  budget: { microBatchTokens: 4096, recompute: false, cacheBytes: null },
  reductions: [],
  problem: null,
};

const FILES: Record<string, string> = {
  "models/index.json": JSON.stringify([{ name: "tiny", title: "Tiny", description: "", parameters: 1 }]),
  "datasets/index.json": JSON.stringify([
    { file: "word.json", title: "Word", description: "", task: "math", questions: 2 },
  ]),
  "datasets/word.json": JSON.stringify([{ prompt: "1+1=" }, { prompt: "12+34=" }]),
};

async function setUp() {
  const readText = (path: string): Promise<string> => Promise.resolve(FILES[path] ?? "");
  const parts = {
    settings: createSettingsStore(DEFAULT_SETTINGS),
    dataset: createDatasetStore(readText, readDataset),
    catalogue: createCatalogueStore(readText),
  };
  const asked: PlanQuestion[] = [];
  let next: MemoryPlan | null = PLAN;
  const memory = createMemoryStore(parts, {
    ask: (question, answer) => {
      asked.push(question);
      answer(next);
    },
  });
  await parts.catalogue.load();
  await parts.dataset.loadEmbedded({
    file: "word.json",
    title: "Word",
    description: "",
    task: "math",
    questions: 2,
  });
  return { ...parts, memory, asked, answerWith: (plan: MemoryPlan | null) => (next = plan) };
}

it("plans the set-up once it is complete, and again when it changes", async () => {
  const { settings, memory, asked } = await setUp();
  expect(memory.getState()).toBe(PLAN);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    model: "models/tiny",
    longest: [{ prompt: "12+34=" }, { prompt: "1+1=" }],
    questions: 2,
    backend: "auto",
  });
  settings.setState(({ texts }) => ({ texts: { ...texts, maxResponseTokens: "200" } }));
  expect(asked.map(({ config }) => config.maxResponseTokens)).toEqual([112, 200]);
});

it("asks about a model that was fetched by the folder it is stored in", async () => {
  const { settings, catalogue, asked } = await setUp();
  const stored = {
    repository: "org/tiny",
    revision: "main",
    file: null,
    commit: "c0ffee",
    folder: "org%2Ftiny",
  };
  const whole = {
    source: "https://hub.example",
    asked: "2026-11-27",
    bytes: 9,
    keptBytes: 9,
    isComplete: true,
  };
  catalogue.setStored([{ ...stored, ...whole }]);
  settings.setState({ model: "org/tiny@c0ffee" });
  expect(asked.at(-1)).toMatchObject({ model: "org/tiny@c0ffee", storedModel: "org%2Ftiny" });
});

it("knows nothing of a set-up with a wrong setting", async () => {
  const { settings, memory } = await setUp();
  settings.setState(({ texts }) => ({ texts: { ...texts, maxResponseTokens: "many" } }));
  expect(memory.getState()).toBeNull();
});

it("says what does not fit as a sentence", () => {
  expect(memoryObstacle(null)).toBeNull();
  expect(memoryObstacle(PLAN)).toBeNull();
  expect(memoryObstacle({ ...PLAN, problem: "the run takes too much: choose a smaller model" })).toBe(
    "The run takes too much: choose a smaller model.",
  );
});
