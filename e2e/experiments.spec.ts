/** Experiments: the list, committed and own results, a single variant, and a queue of all variants. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test as played, type Locator, type Page } from "@playwright/test";
import { tableOf } from "../src/experiments/estimate.ts";
import type { Experiment } from "../src/experiments/experiment.ts";
import type { ExperimentResult, ResultCell } from "../src/experiments/result.ts";
import { violations } from "./axe.ts";
import { playRuns, type Script } from "./fakeWorker.ts";
import { QUICK, test } from "./lab.ts";

const MEASURED: Experiment = {
  name: "rates",
  title: "Learning rates",
  question: "Which learning rate is best?",
  paper: "a figure",
  expects: "The default one.",
  base: { model: "abacus-0.1M", dataset: "word", config: { ...QUICK, steps: 2 } },
  variants: [
    { name: "default", label: "default rate" },
    { name: "high", label: "high rate", config: { learningRate: 0.01 } },
  ],
  seeds: [0, 1],
  evaluate: ["word", "expression"],
  initialVotes: [{ name: "T 1", temperature: 1, topP: 1, samples: 4 }],
  table: [
    { label: "before", read: { at: "before", value: "passAt1" } },
    { label: "after", read: { at: "after", value: "passAt1" } },
    { label: "vote at T 1", read: { at: "T 1", value: "majority" } },
    { label: "expression after", read: { at: "after", value: "passAt1", dataset: "expression" } },
  ],
  plot: { kind: "bars", columns: ["before", "after"], marks: ["vote at T 1"] },
};

const UNMEASURED: Experiment = {
  ...MEASURED,
  name: "curves",
  title: "Curves",
  base: { ...MEASURED.base, config: { ...QUICK, steps: 6 } },
  plot: { kind: "curves", series: [{ of: "steps", metric: "entropy", label: "entropy" }] },
};

/** Returns a cell of one question with four samples: one is correct before training, all are after. */
function cell(variant: string, seed: number): ResultCell {
  const evaluation = (at: string, dataset: string, step: number, right: number) => ({
    at,
    dataset,
    step,
    samples: 4,
    temperature: 0.6,
    topP: 0.95,
    passAt1: right / 4,
    majority: 1,
    majorityRatio: 1,
    unansweredShare: 0,
    entropy: 0.5,
    responseLength: 10,
    levels: {},
    questions: { right: [right], majority: "1", levels: [] },
  });
  return {
    variant,
    seed,
    evaluations: [
      evaluation("before", "word", 0, 1),
      evaluation("T 1", "word", 0, 1),
      evaluation("after", "word", 2, 4),
      evaluation("after", "expression", 2, 2),
    ],
    curves: { entropy: [0.5, 0.4] },
    tokens: { sampled: 1000, trained: 500, evaluated: 200 },
    seconds: 12,
    commit: "abc",
  };
}

function committed(): ExperimentResult {
  const cells = MEASURED.variants.flatMap(({ name }) => [cell(name, 0), cell(name, 1)]);
  const environment = {
    version: "0.1.0",
    commits: ["abc"],
    backend: "wasm",
    hardware: "2 cores",
    from: "2026-11-22",
    to: "2026-11-22",
  };
  return { definition: MEASURED, environment, missing: [], table: tableOf(MEASURED, cells), cells };
}

/** Serves these two experiments instead of the repository's. */
async function ship(page: Page): Promise<void> {
  const list = [
    { experiment: MEASURED, hasResult: true },
    { experiment: UNMEASURED, hasResult: false },
  ];
  await page.route("**/experiments/index.json", (route) => route.fulfill({ json: list }));
  await page.route("**/experiments/rates.json", (route) => route.fulfill({ json: committed() }));
}

async function open(page: Page, title: string): Promise<Locator> {
  await page.getByRole("button", { name: "Experiments", exact: true }).click();
  await page.getByRole("button", { name: title, exact: true }).press("Enter");
  return page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: title }) });
}

async function openPlayed(page: Page, script: Partial<Script> = {}): Promise<void> {
  await ship(page);
  await playRuns(page, { stepTime: 50, ...script });
  await page.goto("./");
  await expect(page.getByRole("button", { name: "Start", exact: true })).toBeEnabled();
}

/** The elements that belong to experiments; other tests cover the rest of the page. */
const ADDED = ["[data-testid=experiments]", ".runbar__row", ".runbar__queue"];

const queueOf = (page: Page): Locator => page.getByTestId("queue");
const rowsOf = (experiment: Locator, whose: RegExp): Locator =>
  experiment.getByTestId("experiment-table").getByRole("row").filter({ hasText: whose });

played("every experiment of the repository is in the list", async ({ page }) => {
  const folder = new URL("../experiments/", import.meta.url);
  const names = readdirSync(folder).filter((file) => file.endsWith(".json"));
  await page.goto("./");
  for (const name of names) {
    const { title } = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Experiment;
    await expect(page.getByRole("button", { name: title, exact: true })).toHaveCount(1);
  }
});

test("a variant runs on the real worker, and the table shows its results below the committed ones", async ({
  lab,
  page,
}) => {
  await ship(page);
  await lab.open();
  const experiment = await open(page, "Learning rates");
  await expect(rowsOf(experiment, /committed, 2 seeds/)).toHaveCount(2);
  await expect(rowsOf(experiment, /committed, 2 seeds/).first()).toContainText("25.0");
  await experiment.getByRole("button", { name: "Run live high rate" }).click();
  await lab.reaches("finished");
  await expect(queueOf(page)).toContainText("1 run done.");
  await expect(page).toHaveURL(/model=abacus-0\.1M.*learningRate=0\.01/);
  await expect(rowsOf(experiment, /yours, 1 seed/)).toHaveCount(1);
  await expect(rowsOf(experiment, /yours, 1 seed/)).not.toContainText("not measured");
  const extras = await lab.eventsOf("evaluatedExtra");
  expect(extras.map(({ at, dataset }) => [at, dataset])).toEqual([
    ["T 1", "word"],
    ["before", "expression"],
    ["after", "expression"],
  ]);
});

played(
  "all variants run one after another, and their results are stored until they are deleted",
  async ({ page }) => {
    await openPlayed(page);
    const experiment = await open(page, "Learning rates");
    await experiment.getByRole("button", { name: "Run all: 2 runs" }).press("Enter");
    await expect(queueOf(page)).toContainText("run 1 of 2, default rate, seed 0");
    await expect(page.getByRole("button", { name: "Reset all" })).toBeDisabled();
    await expect(queueOf(page)).toContainText("2 runs done.", { timeout: 60_000 });
    await expect(rowsOf(experiment, /yours, 1 seed/)).toHaveCount(2);

    await page.reload();
    const again = await open(page, "Learning rates");
    await expect(rowsOf(again, /yours, 1 seed/)).toHaveCount(2);
    await again.getByLabel("Seeds of each variant").selectOption("all seeds, as committed");
    await expect(again.getByRole("button", { name: "Run all: 2 runs" })).toBeEnabled(); // runs of the second seed
    await again.getByRole("button", { name: "Delete yours" }).click();
    await expect(rowsOf(again, /yours/)).toHaveCount(0);
    await expect(again.getByRole("button", { name: "Run all: 4 runs" })).toBeEnabled();
  },
);

played("a legend entry hides and shows its line of a figure", async ({ page }) => {
  await openPlayed(page, { stepTime: 5 });
  const experiment = await open(page, "Curves");
  await experiment.getByRole("button", { name: "Run all: 2 runs" }).click();
  await expect(queueOf(page)).toContainText("2 runs done.", { timeout: 60_000 });
  const entry = experiment.getByRole("figure").getByRole("button", { name: "high rate" });
  await expect(experiment.getByRole("img", { name: /high rate, yours: from/ })).toBeVisible();
  await entry.press("Enter");
  await expect(entry).toHaveAttribute("aria-pressed", "false");
  await expect(experiment.getByRole("img", { name: /high rate, yours: from/ })).toHaveCount(0);
  await entry.click();
  await expect(experiment.getByRole("img", { name: /high rate, yours: from/ })).toBeVisible();
});

played("failed runs show their messages, and two in a row end the queue", async ({ page }) => {
  await openPlayed(page, { failsAt: 1 });
  const experiment = await open(page, "Learning rates");
  await experiment.getByLabel("Seeds of each variant").selectOption("all seeds, as committed");
  await experiment.getByRole("button", { name: "Run all: 4 runs" }).click();
  await expect(queueOf(page)).toContainText("0 of 4 runs done, 2 failed, 2 not completed.");
  await expect(experiment.getByTestId("variant-high")).toContainText("Failed, seed 0. The GPU was lost");
  await queueOf(page).getByRole("button", { name: "Dismiss" }).click();
  await expect(queueOf(page)).toHaveCount(0);
});

played("the current run of a queue can be skipped, and the queue stopped", async ({ page }) => {
  await openPlayed(page, { stepTime: 300 });
  const experiment = await open(page, "Curves");
  await expect(experiment).toContainText("No result of this experiment has been committed yet");
  await experiment.getByLabel("Seeds of each variant").selectOption("all seeds, as committed");
  await experiment.getByRole("button", { name: "Run all: 4 runs" }).click();
  await queueOf(page).getByRole("button", { name: "Skip this run" }).click();
  await expect(queueOf(page)).toContainText("run 2 of 4, high rate, seed 0 · 1 skipped");
  await queueOf(page).getByRole("button", { name: "Stop all" }).click();
  await expect(queueOf(page)).toContainText("0 of 4 runs done, 4 not completed.");
});

played(
  "axe finds no violations in an open experiment with committed and own results, narrow and wide",
  async ({ page }) => {
    await openPlayed(page, { stepTime: 5 });
    for (const [title, width] of [
      ["Learning rates", 360],
      ["Curves", 3840],
    ] as const) {
      await page.setViewportSize({ width: 1440, height: 900 });
      const experiment = await open(page, title);
      await experiment.getByRole("button", { name: "Run all: 2 runs" }).click();
      await expect(queueOf(page)).toContainText("2 runs done.", { timeout: 60_000 });
      await expect(rowsOf(experiment, /yours/)).toHaveCount(2);
      await page.setViewportSize({ width, height: 900 });
      expect(await violations(page, ADDED)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  },
);
