import { describe, expect, test } from "vitest";
import type { Experiment } from "../../experiments/experiment.ts";
import { beginNext, queueOf, settle } from "../../store/experiments/experimentQueue.ts";
import { finishedText, runningText } from "../runbar/queueText.ts";
import { subjectText } from "./settingsText.ts";

const EXPERIMENT: Experiment = {
  name: "rates",
  title: "Learning rates",
  question: "Which is best?",
  paper: null,
  expects: "The default.",
  base: { model: "small", dataset: "word", config: { steps: 5 } },
  variants: [
    { name: "default", label: "as it is" },
    {
      name: "high",
      label: "high",
      model: "large",
      level: "L2",
      config: { learningRate: 0.01, schedule: "cosine" },
    },
  ],
  seeds: [0, 1],
  evaluate: [],
  initialVotes: [],
  table: [
    { label: "before", read: { at: "before", value: "passAt1" } },
    { label: "after", read: { at: "after", value: "passAt1" } },
  ],
  plot: { kind: "bars", columns: ["after"] },
};

describe("texts of experiments", () => {
  const catalogue = {
    status: "ready",
    models: [{ name: "small", title: "Small", description: "", parameters: 1 }],
    datasets: [{ file: "word.json", title: "Word problems", description: "", task: "math", questions: 2 }],
  } as const;

  test("settings are named by their titles, an unknown model by its name", () => {
    expect(subjectText(EXPERIMENT.base, catalogue)).toBe("Small · Word problems · Steps 5");
    const [plain, high] = EXPERIMENT.variants;
    expect(subjectText(plain!, catalogue)).toBe("");
    expect(subjectText(high!, catalogue)).toBe("large · level L2 · Learning rate 0.01 · Schedule cosine");
  });

  test("a queue shows its current run and, once it has ended, its outcome", () => {
    const jobs = EXPERIMENT.variants.map(({ name }) => ({ variant: name, seed: 0 }));
    const failed = settle(beginNext(queueOf("rates", jobs)), { status: "failed", message: "lost" });
    const second = beginNext(failed);
    expect(runningText(EXPERIMENT, second, jobs[1]!)).toBe("run 2 of 2, high, seed 0 · 1 failed");
    const over = settle(second, { status: "done" });
    expect(finishedText(over)).toBe("1 of 2 runs done, 1 failed. Choose Run all to run the rest.");
    expect(finishedText({ ...over, jobs: over.jobs.slice(1) })).toBe("1 run done.");
  });
});
